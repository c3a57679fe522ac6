import { describe, expect, test, vi } from 'vitest';
import type { Endpoint } from '../../simulator/endpoints.js';
import type { FaultRule } from '../../simulator/server.js';
import type { Stage } from '../../src/contract.js';
import type { Retrieval } from '../support/retrieval.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();
const live = { mode: 'live' } as const;

/** Cancels a run and tells how it closed, without letting the clock jump before it has. */
async function cancel(run: Retrieval) {
  const before = run.requests().length;
  const cancelledAt = performance.now();
  await run.handle.cancel();
  const closeTime = await run.closed();
  const withinFiveSeconds = performance.now() - cancelledAt < 5_000;
  const [outcome, { stage }] = [await run.outcome(), await run.progress()];
  return { closeTime, closing: { outcome, stage, withinFiveSeconds, moreRequests: run.requests().length - before } };
}

const asCancelled = { outcome: { cancelled: true }, stage: 'cancelled', withinFiveSeconds: true, moreRequests: 0 };

describe('a run that is cancelled in the middle of a call closes once the call is aborted', () => {
  const slowly = (endpoint: Endpoint, more: Partial<FaultRule> = {}) =>
    flinks.simulator.inject({ endpoint, ...more, fault: { kind: 'slow-first-byte', delayMs: 60_000 } });
  // A short call that is not answered at once is made again, and then waited for.
  const twice = { times: 2 };

  test.each<[what: string, scenario: string, stage: Stage, endpoint: Endpoint, rule?: Partial<FaultRule>]>([
    ['minting a token', 'plain', 'authorizing', 'GenerateAuthorizeToken'],
    ['a live login', 'plain', 'authorizing', 'Authorize'],
    ['an answer', 'question', 'authorizing', 'Authorize', { answer: true }],
    ['Summary', 'plain', 'summarizing', 'GetAccountsSummary', twice],
    ['Detail', 'plain', 'retrievingDetails', 'GetAccountsDetail'],
    ['a poll', 'pending-1-poll', 'waitingForFlinks', 'GetAccountsDetailAsync', twice],
    ['a poll of Summary', 'summary-pending-1-poll', 'waitingForFlinks', 'GetAccountsSummaryAsync', twice],
  ])('%s', async (_, scenario, stage, endpoint, rule) => {
    slowly(endpoint, rule);
    const run = await flinks.start(scenario, { ...live, polling: { interval: '1 second' } });
    if (rule?.answer) await run.answerRound(1);
    // The time-skipping server does not always get over a query or a cancellation within a short call; real ones do, as
    // test/e2e/cancel.test.ts and test/chaos/cancels.test.ts show.
    await vi.waitUntil(() => run.requests(endpoint).length >= Number(rule?.times ?? 1), { timeout: 10_000 });
    const request = await run.openRequest(endpoint, rule?.answer);
    expect(await run.progress()).toMatchObject({ stage });
    expect(request).not.toHaveProperty('status');

    const { closing, closeTime } = await cancel(run);
    expect(closing).toEqual(asCancelled);
    expect(request).toMatchObject({ abortedByClient: true });
    // The simulator hears of a closed connection a moment after it was.
    expect(request.closedAt).toBeLessThanOrEqual(closeTime + 250);
  });

  test('a cached login', async () => {
    slowly('Authorize');
    const run = await flinks.start('plain');
    const request = await run.openRequest('Authorize');
    expect((await cancel(run)).closing).toEqual(asCancelled);
    expect(request).toMatchObject({ abortedByClient: true });
  });
});

describe('a run that is cancelled while it waits closes at once', () => {
  test('for an answer', async () => {
    const run = await flinks.start('question', live);
    await run.reaches('awaitingAnswers', 1);
    expect((await cancel(run)).closing).toEqual(asCancelled);
  });

  test('for an answer of the second round', async () => {
    const run = await flinks.start('two-rounds', live);
    await run.answerRound(1);
    await run.reaches('awaitingAnswers', 2);
    expect((await cancel(run)).closing).toEqual(asCancelled);
  });

  test.each(['pending-for-ever', 'summary-pending-for-ever'])('for Flinks: %s', async (scenario) => {
    const run = await flinks.start(scenario);
    await run.reaches('waitingForFlinks');
    expect((await cancel(run)).closing).toEqual(asCancelled);
  });

  const later = { kind: 'status', status: 429, headers: { 'retry-after': '120' } } as const;
  test.each<Endpoint>(['Authorize', 'GetAccountsSummary', 'GetAccountsDetail'])(
    'for the next attempt at %s',
    async (endpoint) => {
      flinks.simulator.inject({ endpoint, fault: { ...later, code: 'TOO_MANY_REQUESTS' } });
      const run = await flinks.start('plain');
      await run.closedRequest(endpoint, 429);
      expect((await cancel(run)).closing).toEqual(asCancelled);
    },
  );
});

test('a cancelled run can be started again, and the new one does not meet the old one', async () => {
  const slow = { kind: 'slow-first-byte', delayMs: 60_000 } as const;
  flinks.simulator.inject({ endpoint: 'GetAccountsDetail', fault: slow });
  const run = await flinks.start('plain');
  await run.openRequest('GetAccountsDetail');
  expect((await cancel(run)).closing).toEqual(asCancelled);
  const again = await run.again();
  expect(await again.outcome()).toHaveProperty('completed');
  expect(again.requests().map(({ openAlongside }) => openAlongside)).toEqual([0, 0, 0, 0]);
});

test('a run that has completed cannot be cancelled', async () => {
  const run = await flinks.start('plain');
  expect(await run.outcome()).toHaveProperty('completed');
  await run.handle.cancel().catch(() => undefined);
  expect((await run.handle.describe()).status.name).toBe('COMPLETED');
});
