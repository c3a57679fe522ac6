// Whether large payloads can be stored, read and deleted.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PayloadStoreError, type PayloadStore } from '../../temporal/storage/payload-store.js';
import { findingsOf, type Finding } from './finding.js';
import { sameData, samplePayload } from './payloads.js';

const finding = findingsOf('payload storage');
const mend =
  'Check PAYLOAD_STORAGE, whether the store is there, and whether this process may write, read and delete in it.';

/** Longer than a store in reach takes, shorter than a person waits. */
const patienceMs = 15_000;

/** Takes a payload through the store under a name of its own, and leaves nothing behind. */
export async function storageFinding(store: PayloadStore | undefined, namespace: string): Promise<Finding> {
  if (!store) return finding.skipped('PAYLOAD_STORAGE is not set: results must fit into Temporal');
  const late = new AbortController();
  const tooLate = sleep(patienceMs, finding.fault(`no answer within ${patienceMs / 1_000} s`, mend), {
    signal: late.signal,
  });
  try {
    return await Promise.race([roundTrip(store, namespace), tooLate]);
  } catch (error) {
    if (!(error instanceof PayloadStoreError)) throw error;
    return finding.fault(error.message.replace(/ Check PAYLOAD_STORAGE .*$/, ''), mend);
  } finally {
    late.abort();
    await tooLate.catch(() => undefined);
  }
}

async function roundTrip(store: PayloadStore, namespace: string): Promise<Finding> {
  const { driver } = store;
  const id = `doctor-${randomUUID()}`;
  const sample = samplePayload();
  const claims = await driver.store({ target: { kind: 'workflow', namespace, id, runId: 'doctor' } }, [sample]);
  const [read] = await driver.retrieve({}, claims);
  await store.deleteStored(namespace, id);
  return sameData(read, sample)
    ? finding.ok(`stores, reads and deletes (${driver.name})`)
    : finding.fault('what was stored is not what is read', mend);
}
