import { expect, test } from 'vitest';
import type { Endpoint } from '../../simulator/endpoints.js';
import { loginIdFor, type RecordedRequest } from '../../simulator/server.js';
import type { Stage } from '../../src/contract.js';
import { liveStack } from '../support/live-stack.js';
import { until } from '../support/until.js';

const { simulator, temporal, client, work } = await liveStack();
await work();

const polling = { interval: '1 second', deadline: '1 minute' };

const requestsOf = (loginId: string, endpoint?: Endpoint): RecordedRequest[] =>
  simulator.requests.filter(
    (request) => request.loginId === loginId && (endpoint === undefined || request.endpoint === endpoint),
  );

/** Cancels the run, and returns when it was asked to close and when Temporal's server says that it did. */
async function cancel(workflowId: string): Promise<{ askedAt: number; closedAt: number }> {
  const askedAt = Date.now();
  await client.cancel(workflowId);
  const { status, closeTime } = await temporal.workflow.getHandle(workflowId).describe();
  expect(status.name).toBe('CANCELLED');
  return { askedAt, closedAt: closeTime?.getTime() ?? Number.NaN };
}

const blocking: { endpoint: Endpoint; scenario: string; mode: 'cached' | 'live' }[] = [
  { endpoint: 'Authorize', scenario: 'plain', mode: 'live' },
  { endpoint: 'GetAccountsSummary', scenario: 'one-account', mode: 'cached' },
  { endpoint: 'GetAccountsDetail', scenario: 'twenty-accounts', mode: 'cached' },
  { endpoint: 'GetAccountsDetailAsync', scenario: 'pending-2-polls', mode: 'cached' },
];

test.each(blocking)(
  'a run cancelled while Flinks holds $endpoint is closed at once, its request hung up before, and may be started again',
  async ({ endpoint, scenario, mode }) => {
    const loginId = loginIdFor(scenario);
    simulator.inject({ endpoint, loginId, fault: { kind: 'slow-first-byte', delayMs: 120_000 } });
    const input = { login: { loginId }, mode, polling };
    const { workflowId } = await client.start(input);
    const held = await until(`${endpoint} is held`, () => requestsOf(loginId, endpoint)[0]);
    expect(held.closedAt).toBeUndefined();

    const { askedAt, closedAt } = await cancel(workflowId);
    // Flinks would have held it for two minutes. How long a cancel takes is measured in test/chaos/cancels.test.ts.
    expect(held).toMatchObject({ abortedByClient: true });
    expect(held.closedAt).toBeGreaterThanOrEqual(askedAt);
    // The worker hangs up before it says so, and the simulator hears of its socket a moment later.
    expect(held.closedAt).toBeLessThanOrEqual(closedAt + 250);
    await expect(client.progress(workflowId)).resolves.toMatchObject({ stage: 'cancelled' });
    await expect(client.result(workflowId)).rejects.toMatchObject({ code: 'Cancelled' });
    const sent = requestsOf(loginId).length;

    expect(await client.start(input)).toMatchObject({ workflowId, started: true });
    await expect(client.result(workflowId)).resolves.toMatchObject({ accounts: expect.any(Array) });
    const after = requestsOf(loginId).slice(sent);
    expect(after[0]).toMatchObject({ endpoint: 'GenerateAuthorizeToken' });
    expect(requestsOf(loginId).map(({ openAlongside }) => openAlongside)).not.toContain(1);
    expect(requestsOf(loginId).filter(({ abortedByClient }) => abortedByClient)).toEqual([held]);
  },
);

const waiting: { stage: Stage; scenario: string }[] = [
  { stage: 'awaitingAnswers', scenario: 'question' },
  { stage: 'waitingForFlinks', scenario: 'pending-for-ever' },
];

test.each(waiting)('a run cancelled in $stage is closed and asks Flinks nothing more', async (one) => {
  const loginId = loginIdFor(one.scenario);
  const { workflowId } = await client.start({ login: { loginId } });
  await until(`the run is in ${one.stage}`, async () => (await client.progress(workflowId)).stage === one.stage);
  const sent = requestsOf(loginId).length;

  await cancel(workflowId);
  expect(requestsOf(loginId)).toHaveLength(sent);
  await expect(client.answer(workflowId, { answers: { Any: 'one' } })).rejects.toMatchObject({ code: 'RunClosed' });
});

test('a run cancelled while its last call is about to succeed is closed as cancelled', async () => {
  const loginId = loginIdFor('one-account', 2);
  // Sooner than the call hears of the cancellation, by the answer to a heartbeat.
  simulator.inject({ endpoint: 'GetAccountsDetail', loginId, fault: { kind: 'slow-first-byte', delayMs: 500 } });
  const { workflowId } = await client.start({ login: { loginId } });
  const held = await until('Detail is held', () => requestsOf(loginId, 'GetAccountsDetail')[0]);
  await cancel(workflowId);
  expect(held).toMatchObject({ status: 200 });
  await expect(client.progress(workflowId)).resolves.toMatchObject({ stage: 'cancelled' });
});
