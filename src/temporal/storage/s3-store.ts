// Stores payloads as objects of one S3 bucket, with the SDK's own driver.
import { ValueError, type Payload, type StorageDriver, type StorageDriverClaim } from '@temporalio/common';
import { undecodable } from '../encryption/codec.js';
import { storedNamesOf } from '../../sdk-internals/s3-names.js';
import { nameIn, ownerOf, pathPart } from './object-names.js';
import { PayloadStoreError, type PayloadStore } from './payload-store.js';
import { openBucket, type S3Location } from './s3-bucket.js';

/** Stores payloads in a bucket. The packages for S3 are loaded when the first payload has to be stored or read. */
export function createS3Store(location: S3Location, threshold: number): PayloadStore {
  const address = `s3://${location.bucket}/${location.prefix}`;
  let opening: ReturnType<typeof openBucket> | undefined;
  const opened = () => (opening ??= openBucket(location));

  const driver: StorageDriver = {
    name: 's3',
    type: 'aws.s3driver',
    async store({ target, ...context }, payloads) {
      const { namespace, workflowId: id, runId } = ownerOf(target);
      // Without the workflow type: it would come before the workflow id in the name.
      const owner = { kind: 'workflow', namespace, id, runId } as const;
      try {
        return await (await opened()).driver.store({ ...context, target: owner }, payloads);
      } catch (error) {
        throw new PayloadStoreError(`A payload cannot be stored in ${address}`, causeOf(error));
      }
    },
    retrieve: (context, claims) => Promise.all(claims.map((claim) => read(claim, context.abortSignal))),
  };

  /** Rejects if S3 does not give the object, since it may come. An object that is not a payload becomes an undecodable one. */
  async function read(claim: StorageDriverClaim, abortSignal?: AbortSignal): Promise<Payload> {
    const name = nameIn(claim);
    if (name === undefined) return undecodable;
    const { driver: s3 } = await opened();
    try {
      const [payload] = await s3.retrieve({ ...(abortSignal && { abortSignal }) }, [claim]);
      return payload ?? undecodable;
    } catch (error) {
      // The driver says so of a claim or an object that does not fit. A failed request is another error.
      if (error instanceof ValueError) return undecodable;
      throw new PayloadStoreError(`A stored payload cannot be read from ${address}`, causeOf(error), name);
    }
  }

  async function deleteStored(namespace: string, workflowId: string, runId?: string): Promise<number> {
    const ofRun = runId === undefined ? undefined : pathPart(runId);
    const names = storedNamesOf(pathPart(namespace), pathPart(workflowId), ofRun);
    try {
      return await (await opened()).deleteAll(location.prefix + names);
    } catch (error) {
      throw new PayloadStoreError(`Stored payloads cannot be deleted from ${address}`, error);
    }
  }

  return { driver, threshold, deleteStored };
}

/** What S3 said, from the driver's error about it. */
const causeOf = (error: unknown): unknown => (error instanceof Error && error.cause) || error;
