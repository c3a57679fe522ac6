// What a run makes of replies that are easy to misread.
import { expect, test } from 'vitest';
import type { Retrieval } from '../support/retrieval.js';
import { expectPolls } from '../support/slots.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();
const twoSeconds = { polling: { interval: '2 seconds', deadline: '30 seconds' } };
const session = { GenerateAuthorizeToken: 1, Authorize: 1 };

test('a cached error that carries an open question is a question', async () => {
  const run = await flinks.start('question-behind-an-error');
  await run.answerRound(1);
  expect(await run.outcome()).toMatchObject({ completed: { challengeRounds: 1 } });
  expect(run.counts()).toMatchObject({ GenerateAuthorizeToken: 1, Authorize: 2 });
});

test.each([
  ['fail', 'SessionLost', ['cached']],
  ['cached', 'completed', ['cached', 'cached']],
  ['live', 'completed', ['cached', 'live']],
] as const)('UNAUTHORIZED to a data call is a lost session: onSessionLost %s ends as %s', async (way, end, opened) => {
  const run = await flinks.start('unauthorized-at-summary', { onSessionLost: way });
  const outcome = await run.outcome();
  expect('type' in outcome ? outcome.type : Object.keys(outcome)[0]).toBe(end);
  expect(run.requests('Authorize').map(({ live }) => (live ? 'live' : 'cached'))).toEqual(opened);
});

test.each([
  ['a gateway’s page', { kind: 'status', status: 403, html: '<html></html>' }],
  ['a list that is null', { kind: 'status', status: 200, body: { HttpStatusCode: 200, Accounts: null } }],
  ['a list of nulls', { kind: 'status', status: 200, body: { HttpStatusCode: 200, Accounts: [null] } }],
] as const)('%s is passing in a session that has worked: at a poll and at Summary', async (_, fault) => {
  flinks.simulator.inject({ endpoint: 'GetAccountsDetailAsync', fault });
  flinks.simulator.inject({ endpoint: 'GetAccountsSummary', fault });
  const run = await flinks.start('pending-2-polls');
  expect(await run.outcome()).toHaveProperty('completed');
  expect(run.counts()).toEqual({ ...session, GetAccountsSummary: 2, GetAccountsDetail: 1, GetAccountsDetailAsync: 3 });
});

test('good rows are kept beside one that is null', async () => {
  const body = { HttpStatusCode: 200, Accounts: [null, { Id: 'a', Transactions: [null, { Id: 't' }] }], Login: 7 };
  flinks.simulator.inject({ endpoint: 'GetAccountsDetail', fault: { kind: 'status', status: 200, body } });
  const run = await flinks.start('plain');
  expect(await run.outcome()).toMatchObject({ completed: { accounts: [{ id: 'a', transactions: [{ id: 't' }] }] } });
});

test.each([
  ['a rate limit', 'retry-after-12-at-poll'],
  ['a 202', 'pending-with-retry-after'],
])('the slots that the Retry-After of %s covers are skipped', async (_, scenario) => {
  const run = await flinks.start(scenario, twoSeconds);
  await run.until(({ polls }) => polls === 1);
  const { nextPollAt = '' } = await run.progress();
  expect(await run.outcome()).toHaveProperty('completed');
  const polls = run.requests('GetAccountsDetailAsync').map(({ at }) => at);
  expect((polls[1] ?? 0) - (polls[0] ?? 0)).toBeGreaterThanOrEqual(12_000);
  expect(Math.abs((polls[1] ?? 0) - Date.parse(nextPollAt))).toBeLessThan(1_000);
});

test('a Retry-After that comes with the first 202 covers slots, too', async () => {
  const headers = { 'retry-after': '9' };
  const fault = { kind: 'status', status: 202, code: 'OPERATION_PENDING', headers, processed: true } as const;
  flinks.simulator.inject({ endpoint: 'GetAccountsDetail', fault });
  const run = await flinks.start('pending-1-poll', twoSeconds);
  expect(await run.outcome()).toMatchObject({ completed: { polls: 1 } });
  expectPolls(run, 'Detail', [10]);
});

test('a 202 that asks for more time than there is gets its last poll at the deadline, and one there ends the run', async () => {
  const headers = { 'retry-after': '85092' };
  const fault = { kind: 'status', status: 202, code: 'OPERATION_PENDING', headers } as const;
  flinks.simulator.inject({ endpoint: 'GetAccountsDetailAsync', times: 2, fault });
  const run = await flinks.start('pending-for-ever', twoSeconds);
  expect(await run.outcome()).toMatchObject({ type: 'PendingTooLong' });
  expectPolls(run, 'Detail', [2, 30]);
});

/** The time that a failure names, in milliseconds from the request that it answered. */
function namedTime(run: Retrieval, outcome: unknown, endpoint: 'GetAccountsSummary' | 'GetAccountsDetailAsync') {
  const { message = '' } = outcome as { message?: string };
  const [time = ''] = /\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(message) ?? [];
  expect(run.requests(endpoint)).toHaveLength(1);
  return Date.parse(time);
}

test.each([
  ['a poll', 'retry-after-a-day-at-poll', 'GetAccountsDetailAsync'],
  ['Summary', 'retry-after-a-day-at-summary', 'GetAccountsSummary'],
] as const)('a Retry-After of %s beyond all patience ends the run at once, and names the time', async (...named) => {
  const [, scenario, endpoint] = named;
  const before = Date.now();
  const run = await flinks.start(scenario);
  const outcome = await run.outcome();
  expect(outcome).toMatchObject({ type: 'RateLimited', details: { flinksCode: 'TOO_MANY_REQUESTS' } });
  expect(namedTime(run, outcome, endpoint)).toBeGreaterThanOrEqual(before + 85_092_000);
});
