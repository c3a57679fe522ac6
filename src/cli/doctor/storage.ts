// Checks whether large payloads can be stored, read and deleted.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PayloadStoreError, type PayloadStore } from '../../temporal/storage/payload-store.js';
import { findingsOf, type Finding } from './finding.js';
import { sameData, makeSample } from './payloads.js';

const finding = findingsOf('payload storage');
const fix =
  'Check that PAYLOAD_STORAGE is right, that the store exists, and that this process may write, read and delete there.';

/** A store that can be reached takes less, and a person does not wait longer. */
const patienceMs = 15_000;

/** Stores a payload under a name of its own, reads it and deletes it again. */
export async function checkStorage(store: PayloadStore | undefined, namespace: string): Promise<Finding> {
  if (!store) return finding.skipped('PAYLOAD_STORAGE is not set, so every result has to fit into Temporal');
  const late = new AbortController();
  const tooLate = sleep(patienceMs, finding.fault(`the store did not answer within ${patienceMs / 1_000} s`, fix), {
    signal: late.signal,
  });
  try {
    return await Promise.race([roundTrip(store, namespace), tooLate]);
  } catch (error) {
    if (!(error instanceof PayloadStoreError)) throw error;
    return finding.fault(error.message.replace(/ Check PAYLOAD_STORAGE .*$/, ''), fix);
  } finally {
    late.abort();
    await tooLate.catch(() => undefined);
  }
}

async function roundTrip(store: PayloadStore, namespace: string): Promise<Finding> {
  const { driver } = store;
  const id = `doctor-${randomUUID()}`;
  const sample = makeSample();
  const claims = await driver.store({ target: { kind: 'workflow', namespace, id, runId: 'doctor' } }, [sample]);
  const [read] = await driver.retrieve({}, claims);
  await store.deleteStored(namespace, id);
  return sameData(read, sample)
    ? finding.ok(`payloads can be stored, read and deleted (${driver.name})`)
    : finding.fault('the store returned other data than was stored', fix);
}
