// Short calls are made within a workflow task. What that saves, and that nobody waits for it.
import { describe, expect, test, vi } from 'vitest';
import type { Endpoint } from '../../simulator/endpoints.js';
import { loginIdFor } from '../../simulator/server.js';
import { AccountDetailsClient } from '../../src/client.js';
import type { PriorityOptions } from '../../src/client/priority.js';
import type { Retrieval } from '../support/retrieval.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();

interface Calls {
  ordinary: string[];
  short: number;
}

/** The calls of a run in its history: activities of their own by name, and how many were made within a task. */
async function callsOf(workflowId: string): Promise<Calls> {
  const { events } = await flinks.server.client.workflow.getHandle(workflowId).fetchHistory();
  const all = events ?? [];
  return {
    ordinary: all.flatMap(({ activityTaskScheduledEventAttributes: one }) => one?.activityType?.name ?? []),
    short: all.filter((event) => event.markerRecordedEventAttributes?.markerName === 'core_local_activity').length,
  };
}

test('a cached run has one activity of its own, and its polls none', async () => {
  const run = await flinks.start('pending-5-polls');
  await run.outcome();
  expect(await callsOf(run.handle.workflowId)).toEqual({ ordinary: ['getAccountsDetail'], short: 2 + 5 });
});

test('a live login, an answer and Detail are never short calls', async () => {
  const run = await flinks.start('question', { mode: 'live' });
  await run.answerRound(1);
  await run.outcome();
  const ordinary = ['authorize', 'authorize', 'getAccountsDetail'];
  expect(await callsOf(run.handle.workflowId)).toEqual({ ordinary, short: 1 });
});

test.each<PriorityOptions>([{ priority: 'batch' }, { tenant: 'one' }])(
  'a run with a priority or a tenant makes no short call, which would bypass it: %j',
  async (options) => {
    const client = new AccountDetailsClient(flinks.server.client);
    const loginId = loginIdFor('pending-1-poll', options.tenant === undefined ? 801 : 802);
    const { workflowId } = await client.start({ login: { loginId }, polling: { interval: '1 second' } }, options);
    await client.result(workflowId);
    expect(await callsOf(workflowId)).toEqual({
      ordinary: ['authorize', 'getAccountsSummary', 'getAccountsDetail', 'getAccountsDetailAsync'],
      short: 0,
    });
  },
);

describe('a short call whose answer does not begin within a second and a half', () => {
  test.each<[Endpoint, string]>([
    ['GenerateAuthorizeToken', 'plain'],
    ['Authorize', 'plain'],
    ['GetAccountsSummary', 'plain'],
    ['GetAccountsSummaryAsync', 'summary-pending-1-poll'],
    ['GetAccountsDetailAsync', 'pending-1-poll'],
  ])('%s is hung up, made again and waited for', async (endpoint, scenario) => {
    flinks.simulator.inject({ endpoint, times: 2, fault: { kind: 'slow-first-byte', delayMs: 3_000 } });
    const run = await flinks.start(scenario, { polling: { interval: '1 second' } });
    expect(await run.outcome()).toMatchObject({ completed: { accounts: expect.any(Array) } });
    const [given = {}, again = {}] = run.requests(endpoint);
    expect([given, again]).toMatchObject([{ abortedByClient: true }, { status: expect.any(Number) }]);
    expect(run.requests().map(({ openAlongside }) => openAlongside)).not.toContain(1);
  });

  test('is the last one that its run makes: every later call is an ordinary one, in later tasks too', async () => {
    flinks.simulator.inject({ endpoint: 'Authorize', fault: { kind: 'slow-first-byte', delayMs: 3_000 } });
    const run = await flinks.start('pending-5-polls');
    await run.outcome();
    const polls = Array.from({ length: 5 }, () => 'getAccountsDetailAsync');
    expect(await callsOf(run.handle.workflowId)).toEqual({
      ordinary: ['authorize', 'getAccountsSummary', 'getAccountsDetail', ...polls],
      short: 1,
    });
  });

  test('but has begun, is read to its end, since the session may have ended with it', async () => {
    flinks.simulator.inject({ endpoint: 'GetAccountsDetailAsync', fault: { kind: 'stall-in-body', delayMs: 3_000 } });
    const run = await flinks.start('pending-1-poll', { polling: { interval: '1 second' } });
    expect(await run.outcome()).toMatchObject({ completed: { polls: expect.any(Number) } });
    const [poll] = run.requests('GetAccountsDetailAsync');
    expect(poll?.abortedByClient).toBeUndefined();
  });
});

describe('calls that follow each other in one task', () => {
  const inMs = async (run: Retrieval): Promise<number> => {
    const asked = performance.now();
    await run.progress();
    return performance.now() - asked;
  };

  test('have a second and a half together, so that a run answers within 2.5', async () => {
    const slow = { kind: 'slow-first-byte', delayMs: 1_200 } as const;
    for (const endpoint of ['Authorize', 'GetAccountsSummary'] as const)
      flinks.simulator.inject({ endpoint, fault: slow });
    const run = await flinks.start('plain');
    await vi.waitUntil(() => run.requests('Authorize').length > 0);
    expect(await inMs(run)).toBeLessThan(2_500);
    await run.outcome();
    expect(await callsOf(run.handle.workflowId)).toEqual({
      ordinary: ['getAccountsSummary', 'getAccountsDetail'],
      short: 1,
    });
  });
});

test('attempts of both kinds count together', async () => {
  flinks.simulator.inject({ endpoint: 'GetAccountsSummary', times: 'always', fault: { kind: 'status', status: 500 } });
  const run = await flinks.start('plain');
  expect(await run.outcome()).toMatchObject({ type: 'FlinksUnavailable' });
  // The policy of these tests.
  expect(run.requests('GetAccountsSummary')).toHaveLength(3);
});
