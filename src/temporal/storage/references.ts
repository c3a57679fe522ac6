// Reads stored payloads for somebody who may read those of one namespace.
import type { Payload, StorageDriverClaim } from '@temporalio/common';
import { decodeReferencePayload, isReferencePayload } from '../../sdk-internals/references.js';
import { namespaceFolder, nameIn } from './object-names.js';
import type { PayloadStore } from './payload-store.js';

/** Whether a payload only says where the real payload is. */
export const isReference: (payload: Payload) => boolean = isReferencePayload;

/** The payload that a reference stands for, or undefined if it is not in the store or belongs to another namespace. */
export async function readReference(
  { driver }: PayloadStore,
  reference: Payload,
  namespace: string,
): Promise<Payload | undefined> {
  try {
    const { driverName, claimData } = decodeReferencePayload(reference);
    const claim: StorageDriverClaim = { claimData };
    if (driverName !== driver.name || !nameIn(claim)?.startsWith(namespaceFolder(namespace))) return undefined;
    const [payload] = await driver.retrieve({}, [claim]);
    return payload;
  } catch {
    return undefined;
  }
}
