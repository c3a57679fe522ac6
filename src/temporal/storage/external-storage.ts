// The SDK stores payloads with this. It would also follow references with it, but whoever can send a signal can send a
// reference, and the SDK does not say whose payload it is about to read. So a reference only passes through here. The payload
// reader knows whose it is, and follows it.
import {
  ExternalStorage,
  StorageDriverClaim,
  type Payload,
  type PayloadCodec,
  type SerializationContext,
  type StorageDriver,
} from '@temporalio/common';
import { undecodable } from '../encryption/codec.js';
import { encodingOf } from '../encryption/envelope.js';
import { belongsTo, nameIn } from './object-names.js';
import { PayloadStoreError, type PayloadStore } from './payload-store.js';
import { isProven, proven, withoutProof, type DriverClaim } from './proofs.js';

/** A reference that is not followed yet. */
const deferredEncoding = 'binary/deferred';

export const isDeferred = (payload: Payload): boolean => encodingOf(payload) === deferredEncoding;

/** Drivers that a worker or client of ours may have stored a payload with, even if this process does not have them. */
const ownDrivers = new Set(['file', 's3']);

/** How references are made and followed. */
export interface References {
  /** With a store, large payloads go there. Without one nothing is stored. */
  storage: ExternalStorage;
  /**
   * The payload that a reference stands for; an undecodable one if our side did not make the reference for this workflow.
   * Rejects with a PayloadStoreError if the store does not give it, or with UnknownPayloadKey.
   */
  follow(deferred: Payload, context: SerializationContext | undefined): Promise<Payload>;
}

/** References of a namespace. Without encryption there is no proof of who made one, and its name has to do. */
export function createReferences(
  store: PayloadStore | undefined,
  namespace: string,
  codec: PayloadCodec | undefined,
): References {
  const storage = store
    ? new Deferring({ drivers: [proving(store.driver, codec)], payloadSizeThreshold: store.threshold })
    : new Deferring({ drivers: [deferring('none')], driverSelector: () => null });

  async function follow(deferred: Payload, context: SerializationContext | undefined): Promise<Payload> {
    const found = claimIn(deferred);
    const workflowId = context?.workflowId;
    if (!found || workflowId === undefined || !belongsTo(found.claim, namespace, workflowId)) return undecodable;
    if (codec && !(await isProven(found, codec, { namespace, workflowId }))) return undecodable;
    if (found.driverName !== store?.driver.name) {
      const what = `The payload ${nameIn(found.claim)} is in a store of another kind: ${found.driverName}`;
      throw new PayloadStoreError(what, { code: 'ENOSTORE' });
    }
    const [payload = undecodable] = await store.driver.retrieve({}, [withoutProof(found.claim)]);
    return payload;
  }
  return { storage, follow };
}

class Deferring extends ExternalStorage {
  override getDriver(name: string): StorageDriver {
    return super.getDriver(name) ?? deferring(name);
  }
}

/** Stands for any driver: keeps its claims for later. */
const deferring = (name: string): StorageDriver => ({
  name,
  type: 'flinks-temporal.deferring',
  store: () => Promise.reject(new PayloadStoreError('A payload cannot be stored', { code: 'ENOSTORE' })),
  retrieve: async (_context, claims) =>
    claims.map(({ claimData }) => ({
      metadata: { encoding: Buffer.from(deferredEncoding) },
      data: Buffer.from(JSON.stringify({ driverName: name, claimData })),
    })),
});

/** Stores as `driver` does, and adds to each claim the proof of whose it is. */
const proving = (driver: StorageDriver, codec: PayloadCodec | undefined): StorageDriver => ({
  ...deferring(driver.name),
  type: driver.type,
  async store(context, payloads) {
    const { target } = context;
    const id = target?.kind === 'workflow' ? target.id : undefined;
    const owner = target && id !== undefined ? { namespace: target.namespace, workflowId: id } : undefined;
    const claims = await driver.store(context, payloads);
    return Promise.all(claims.map((claim) => proven({ driverName: driver.name, claim }, codec, owner)));
  },
});

/** The claim in a deferred reference. Anybody can send one, so it may be anything. */
function claimIn({ data }: Payload): DriverClaim | undefined {
  try {
    const { driverName, claimData } = JSON.parse(Buffer.from(data ?? []).toString()) as Partial<DriverReference>;
    if (typeof driverName !== 'string' || !ownDrivers.has(driverName)) return undefined;
    return { driverName, claim: new StorageDriverClaim({ ...claimData }) };
  } catch {
    return undefined;
  }
}

interface DriverReference {
  driverName: string;
  claimData: Record<string, string>;
}
