// Whether this process can write payloads, and read those that are there.
import { randomUUID } from 'node:crypto';
import type { Connection } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { workflowType } from '../../contract.js';
import type { TemporalConfig } from '../../temporal/connection.js';
import { createEncryptionCodec, isUndecodable } from '../../temporal/encryption/codec.js';
import { isEncrypted, keyIdOf } from '../../temporal/encryption/envelope.js';
import { UnknownPayloadKey } from '../../temporal/encryption/keys.js';
import type { PayloadConfig } from '../../temporal/payloads.js';
import { starterCommand } from '../terminal/output.js';
import { findingsOf, type Finding } from './finding.js';

/** A payload that says nothing of anybody. */
export const samplePayload = (): Payload => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(JSON.stringify(`doctor ${randomUUID()}`)),
});

export const sameData = (one: Payload | undefined, other: Payload): boolean =>
  one?.data != null && other.data != null && Buffer.compare(one.data, other.data) === 0;

/** Whether what is encrypted here is read here again, and under which key. */
export async function keysFinding(payloads: PayloadConfig, namespace: string): Promise<Finding> {
  const finding = findingsOf('payload keys');
  if (!payloads)
    return finding.warning(
      'PAYLOAD_ENCRYPTION is off: Temporal stores bank data readable',
      `Make a key (${starterCommand} keys new), set PAYLOAD_KEYS everywhere and take PAYLOAD_ENCRYPTION away.`,
    );
  const codec = createEncryptionCodec({ ...payloads, namespace });
  const context = { type: 'workflow', namespace, workflowId: 'doctor' } as const;
  const sample = samplePayload();
  const encrypted = await codec.encode([sample], context);
  const [read] = await codec.decode(encrypted, context);
  const keyId = encrypted[0] && keyIdOf(encrypted[0]);
  return sameData(read, sample)
    ? finding.ok(`key ${keyId} encrypts, and what it encrypted is read again`)
    : finding.fault(`what key ${keyId} encrypted is not read again`, 'Check PAYLOAD_KEYS.');
}

/** So many of the newest runs are looked at. */
const newest = 20;

/** Whether the inputs of the newest runs can be read with the keys of this process. */
export async function existingRunsFinding(
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
      why === 'missing' ? `key ${id} is not here` : `key ${id} here is another one of that name`,
    );
    return finding.fault(
      `${unread} of the ${all} newest runs cannot be read: ${missing.join('; ')}`,
      codec
        ? 'Add the key they were encrypted with to PAYLOAD_KEYS, behind the first; what waits for it goes on by itself.'
        : 'Set PAYLOAD_KEYS to the key they were encrypted with, and take PAYLOAD_ENCRYPTION=off away.',
    );
  }
  if (found.plain > 0 && codec)
    return finding.warning(
      `${found.plain} of the ${all} newest runs were started without encryption`,
      'Set PAYLOAD_KEYS where they are started, or send their inputs through the codec server.',
    );
  return finding.ok(`the ${all === 1 ? 'newest run is' : `${all} newest runs are`} read`);
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

async function newestInputs(
  connection: Connection,
  namespace: string,
): Promise<{ workflowId: string; payload: Payload }[]> {
  const { executions } = await connection.workflowService.listWorkflowExecutions({
    namespace,
    query: `WorkflowType = '${workflowType}'`,
    pageSize: newest,
  });
  const inputs = await Promise.all(
    (executions ?? []).map(async ({ execution }) => {
      const first = await connection.workflowService
        .getWorkflowExecutionHistory({ namespace, execution: execution ?? null, maximumPageSize: 1 })
        // A run may be deleted between the list and this.
        .catch(() => undefined);
      const { input } = first?.history?.events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
      const [payload] = input?.payloads ?? [];
      return payload ? [{ workflowId: execution?.workflowId ?? '', payload }] : [];
    }),
  );
  return inputs.flat();
}
