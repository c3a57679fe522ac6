// Checks whether this process can write payloads, and read those of the runs that exist.
import { randomUUID } from 'node:crypto';
import type { Connection } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { createEncryptionCodec, isUndecodable } from '../../temporal/encryption/codec.js';
import { isEncrypted, keyIdOf } from '../../temporal/encryption/envelope.js';
import { UnknownPayloadKey } from '../../temporal/encryption/keys.js';
import { storedInputOf } from '../../temporal/first-event.js';
import { ourRuns } from '../../temporal/list-query.js';
import type { PayloadConfig, TemporalConfig } from '../../temporal/settings.js';
import { starterCommand } from '../../contract/copyable.js';
import { findingsOf, type Finding } from './finding.js';

/** A payload without data of anybody. */
export const makeSample = (): Payload => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(JSON.stringify(`doctor ${randomUUID()}`)),
});

export const sameData = (one: Payload | undefined, other: Payload): boolean =>
  one?.data != null && other.data != null && Buffer.compare(one.data, other.data) === 0;

/** Checks whether this process can decrypt what it encrypts, and reports the key that it encrypts with. */
export async function checkKeys(payloads: PayloadConfig, namespace: string): Promise<Finding> {
  const finding = findingsOf('payload keys');
  if (!payloads)
    return finding.warning(
      'PAYLOAD_ENCRYPTION is off, so everybody who can read Temporal can read bank data',
      `Make a key (${starterCommand} keys new), set PAYLOAD_KEYS in every process and remove PAYLOAD_ENCRYPTION.`,
    );
  const codec = createEncryptionCodec({ ...payloads, namespace });
  const context = { type: 'workflow', namespace, workflowId: 'doctor' } as const;
  const sample = makeSample();
  const encrypted = await codec.encode([sample], context);
  const [read] = await codec.decode(encrypted, context);
  const keyId = encrypted[0] && keyIdOf(encrypted[0]);
  return sameData(read, sample)
    ? finding.ok(`key ${keyId} encrypts, and can decrypt what it encrypted`)
    : finding.fault(`key ${keyId} cannot decrypt what it encrypted`, 'Check PAYLOAD_KEYS.');
}

/** How many of the newest runs are looked at. */
const newest = 20;

/** Checks whether the inputs of the newest runs can be read with the keys of this process. */
export async function checkExistingRuns(
  connection: Connection,
  { namespace }: TemporalConfig,
  payloads: PayloadConfig,
): Promise<Finding> {
  const finding = findingsOf('keys of runs');
  const codec = payloads && createEncryptionCodec({ ...payloads, namespace });
  const found = { readable: 0, plain: 0 };
  const unreadable = new Map<string, 'missing' | 'different'>();
  let unread = 0;
  for (const { workflowId, payload } of await newestInputs(connection, namespace)) {
    const state = await stateOf(payload, codec, namespace, workflowId);
    if (state === 'readable' || state === 'plain') found[state] += 1;
    else {
      unread += 1;
      unreadable.set(keyIdOf(payload) ?? '', state);
    }
  }
  const all = found.readable + found.plain + unread;
  if (all === 0) return finding.skipped('there are no runs yet');
  if (unread > 0) {
    const missing = [...unreadable].map(([id, why]) =>
      why === 'missing'
        ? `key ${id} is not in PAYLOAD_KEYS`
        : `key ${id} in PAYLOAD_KEYS is another key with the same id`,
    );
    return finding.fault(
      `${unread} of the ${all} newest runs cannot be read: ${missing.join('; ')}`,
      codec
        ? 'Add the key they were encrypted with to PAYLOAD_KEYS, after the first key. Runs that wait for it go on by themselves.'
        : 'Set PAYLOAD_KEYS to the key they were encrypted with, and remove PAYLOAD_ENCRYPTION=off.',
    );
  }
  if (found.plain > 0 && codec)
    return finding.warning(
      `${found.plain} of the ${all} newest runs were started without encryption`,
      'Set PAYLOAD_KEYS in the program that starts them, or let it encrypt through the codec server.',
    );
  return finding.ok(`the input of the ${all === 1 ? 'newest run' : `${all} newest runs`} can be read`);
}

async function stateOf(
  payload: Payload,
  codec: PayloadCodec | undefined,
  namespace: string,
  workflowId: string,
): Promise<'readable' | 'plain' | 'missing' | 'different'> {
  if (!isEncrypted(payload)) return 'plain';
  if (!codec) return 'missing';
  try {
    const [read] = await codec.decode([payload], { type: 'workflow', namespace, workflowId });
    return read && !isUndecodable(read) ? 'readable' : 'different';
  } catch (error) {
    if (error instanceof UnknownPayloadKey) return 'missing';
    throw error;
  }
}

/** The inputs of the newest runs, as they are stored. A run that has been deleted meanwhile is left out. */
async function newestInputs({ workflowService }: Connection, namespace: string) {
  const { executions } = await workflowService.listWorkflowExecutions({ namespace, query: ourRuns, pageSize: newest });
  const inputs = await Promise.all(
    (executions ?? []).map(async ({ execution }) => {
      const workflowId = execution?.workflowId ?? '';
      const run = { namespace, workflowId, runId: execution?.runId ?? undefined };
      const payload = await storedInputOf(workflowService, run).catch(() => undefined);
      return payload ? [{ workflowId, payload }] : [];
    }),
  );
  return inputs.flat();
}
