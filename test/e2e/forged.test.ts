// Somebody without a key completes an activity of a run with data of his own. Nothing of it may end up in a result.
import type { Payload } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { loginIdFor } from '../../simulator/server.js';
import { accountDetailsWorkflowId } from '../../src/contract.js';
import { createEncryptionCodec } from '../../src/temporal/encryption/codec.js';
import { loadPayloadConfig } from '../../src/temporal/payloads.js';
import { liveStack } from '../support/live-stack.js';
import { until } from '../support/until.js';

const { simulator, connection, client, work } = await liveStack();
await work({ LOG_LEVEL: 'error' });

const namespace = 'default';
const forged = { kind: 'session', session: { requestId: 'forged' }, token: 'forged', run: 'forged' };
const plain: Payload = {
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(JSON.stringify(forged)),
};
const config = loadPayloadConfig();
if (!config) throw new Error('Encryption is off.');
const codec = createEncryptionCodec({ ...config, namespace });
const sealed = async (workflowId?: string): Promise<Payload> => {
  const context = workflowId === undefined ? undefined : ({ type: 'workflow', namespace, workflowId } as const);
  const [payload] = await codec.encode([plain], context);
  if (!payload) throw new Error('Nothing was encrypted.');
  return payload;
};

describe('an activity that is completed from outside with', () => {
  test.each<[string, (workflowId: string) => Promise<Payload>]>([
    ['readable data', async () => plain],
    ['data that were encrypted for another run', () => sealed(accountDetailsWorkflowId(loginIdFor('plain', 999)))],
    ['data that were encrypted for the namespace', () => sealed()],
  ])('%s ends the run as UnexpectedResponse', async (what, payloadFor) => {
    const loginId = loginIdFor('plain', 1 + what.length);
    const workflowId = accountDetailsWorkflowId(loginId);
    simulator.inject({ endpoint: 'Authorize', loginId, fault: { kind: 'slow-first-byte', delayMs: 60_000 } });
    const { runId } = await client.start({ login: { loginId }, mode: 'live' });
    await until('the bank is asked', () => simulator.requests.find((one) => one.loginId === loginId && one.live));
    await connection.workflowService.respondActivityTaskCompletedById({
      namespace,
      workflowId,
      runId,
      activityId: '1',
      result: { payloads: [await payloadFor(workflowId)] },
    });
    const error = await client.result(workflowId, { runId }).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'UnexpectedResponse' });
    expect(JSON.stringify(await client.progress(workflowId, { runId }))).not.toContain('forged');
  });
});
