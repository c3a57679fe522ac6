// What the SDK stores payloads by and follows references with. Whoever can send a signal can send a reference, so one that
// can never be followed becomes an undecodable payload: an exception would fail the workflow task again and again.
import { ExternalStorage, type StorageDriver } from '@temporalio/common';
import { undecodable } from '../encryption/codec.js';
import { nameIn } from './object-names.js';
import { PayloadStoreError, type PayloadStore } from './payload-store.js';

/** Drivers that a worker or client of ours may have stored a payload with, though this process has not got them. */
const ownDrivers = new Set(['file', 's3']);

/** With a store, large payloads go there. Without one, nothing is stored, and references are still looked at by us. */
export const externalStorageFor = (store: PayloadStore | undefined): ExternalStorage =>
  store
    ? new References({ drivers: [store.driver], payloadSizeThreshold: store.threshold })
    : new References({ drivers: [elsewhere('none')], driverSelector: () => null });

class References extends ExternalStorage {
  override getDriver(name: string): StorageDriver {
    return super.getDriver(name) ?? elsewhere(name);
  }
}

/** Stands for a driver that this process lacks. It rejects where the payload may be had once PAYLOAD_STORAGE is set right. */
const elsewhere = (name: string): StorageDriver => ({
  name,
  type: 'flinks-temporal.elsewhere',
  store: () => Promise.reject(new PayloadStoreError('A payload cannot be stored', { code: 'ENOSTORE' })),
  async retrieve(_context, claims) {
    const [ours] = ownDrivers.has(name) ? claims.map(nameIn).filter((key) => key !== undefined) : [];
    if (ours !== undefined)
      throw new PayloadStoreError(`The payload ${ours} is in a store of another kind: ${name}`, { code: 'ENOSTORE' });
    return claims.map(() => undecodable);
  },
});
