// The SDK stores payloads and follows references with this. Whoever can send a signal can send a reference. One that can never
// be followed becomes an undecodable payload, because an exception would fail the workflow task again and again.
import { ExternalStorage, type StorageDriver } from '@temporalio/common';
import { undecodable } from '../encryption/codec.js';
import { nameIn } from './object-names.js';
import { PayloadStoreError, type PayloadStore } from './payload-store.js';

/** Drivers that a worker or client of ours may have stored a payload with, even if this process does not have them. */
const ownDrivers = new Set(['file', 's3']);

/** With a store, large payloads go there. Without a store nothing is stored, and references still come to our drivers. */
export const externalStorageFor = (store: PayloadStore | undefined): ExternalStorage =>
  store
    ? new References({ drivers: [store.driver], payloadSizeThreshold: store.threshold })
    : new References({ drivers: [elsewhere('none')], driverSelector: () => null });

class References extends ExternalStorage {
  override getDriver(name: string): StorageDriver {
    return super.getDriver(name) ?? elsewhere(name);
  }
}

/** Stands for a driver that this process does not have. It rejects if the payload can be read once PAYLOAD_STORAGE is right. */
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
