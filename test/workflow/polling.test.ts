import { expect, test } from 'vitest';
import { expectPolls } from '../support/slots.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();

const everyHalfMinute = Array.from({ length: 60 }, (_, index) => (index + 1) * 30);
const session = { GenerateAuthorizeToken: 1, Authorize: 1 };
const posts = { ...session, GetAccountsSummary: 1, GetAccountsDetail: 1 };

test('Detail is polled 60 times, every 30.0 s up to the 30 minutes, and then the operator learns whom to ask', async () => {
  const run = await flinks.start('pending-for-ever');
  const outcome = await run.outcome();
  expectPolls(run, 'Detail', everyHalfMinute);
  const times = run.requests('GetAccountsDetailAsync').map(({ at }) => at / 1_000);
  expect(((times[59] ?? 0) - (times[0] ?? 0)) / 59).toBeCloseTo(30, 1);
  const [detail] = run.requests('GetAccountsDetail');
  expect(outcome).toMatchObject({
    type: 'PendingTooLong',
    message: expect.stringMatching(/contact Flinks/i),
    details: { requestId: detail?.requestId },
  });
  expect(outcome).toHaveProperty('message', expect.stringContaining(detail?.requestId ?? 'a RequestId'));
  expect(run.counts()).toEqual({ ...posts, GetAccountsDetailAsync: 60 });
  expect(await run.progress()).toMatchObject({ stage: 'failed', polls: 60 });
});

test('Summary is polled in the same way, and Detail is not asked for before it is there', async () => {
  const run = await flinks.start('summary-pending-for-ever');
  expect(await run.outcome()).toMatchObject({ type: 'PendingTooLong' });
  expectPolls(run, 'Summary', everyHalfMinute);
  expect(run.counts()).toEqual({ ...session, GetAccountsSummary: 1, GetAccountsSummaryAsync: 60 });
});

test.each([
  ['pending-1-poll', 'Detail', [30]],
  ['pending-2-polls', 'Detail', [30, 60]],
  ['dispatched-2-polls', 'Detail', [30, 60]],
  ['summary-pending-1-poll', 'Summary', [30]],
  ['summary-dispatched-2-polls', 'Summary', [30, 60]],
] as const)('the accounts come with the poll that finds them, and no poll follows: %s', async (scenario, of, slots) => {
  const run = await flinks.start(scenario);
  expect(await run.outcome()).toMatchObject({ completed: { polls: slots.length } });
  expectPolls(run, of, slots);
  expect(run.counts()).toEqual({ ...posts, [`GetAccounts${of}Async`]: slots.length });
  const lastFlinksCode = scenario.includes('dispatched') ? 'OPERATION_DISPATCHED' : 'OPERATION_PENDING';
  expect(await run.progress()).toMatchObject({ lastFlinksCode });
});

test('Summary and Detail have a clock each, so a slow Summary takes no time from Detail', async () => {
  const run = await flinks.start('both-pending', { polling: { interval: '30 seconds', deadline: '1 minute' } });
  expect(await run.outcome()).toMatchObject({ completed: { polls: 4 } });
  expectPolls(run, 'Summary', [30, 60]);
  expectPolls(run, 'Detail', [30, 60]);
  expect(run.counts()).toEqual({ ...posts, GetAccountsSummaryAsync: 2, GetAccountsDetailAsync: 2 });
});

test.each([
  ['1 minute 15 seconds', { interval: '30 seconds', deadline: '75 seconds' }, [30, 60, 75]],
  ['one interval', { interval: '5 minutes', deadline: '5 minutes' }, [300]],
  ['seven intervals of a second', { interval: '1 second', deadline: '7 seconds' }, [1, 2, 3, 4, 5, 6, 7]],
])('the last poll is at the deadline itself, also with a deadline of %s', async (_, polling, slots) => {
  const run = await flinks.start('pending-for-ever', { polling });
  expect(await run.outcome()).toMatchObject({ type: 'PendingTooLong' });
  expectPolls(run, 'Detail', slots);
});

test('accounts that are there at the deadline itself are taken', async () => {
  const run = await flinks.start('pending-2-polls', { polling: { interval: '1 minute', deadline: '90 seconds' } });
  expect(await run.outcome()).toMatchObject({ completed: { polls: 2 } });
  expectPolls(run, 'Detail', [60, 90]);
});

test.each([
  ['an error of Flinks', 'aggregation-error-at-poll-once', 3],
  ['a rate limit', 'too-many-requests-at-poll-once', 3],
  ['a Retry-After that ends before the slot', 'retry-after-at-poll', 3],
  ['a gateway’s page', '502-html-at-poll', 2],
  ['a connection that broke before the poll was seen', 'reset-before-at-poll', 2],
])('a poll that meets %s is not repeated: the next slot makes up for it', async (_, scenario, answered) => {
  const run = await flinks.start(scenario);
  expect(await run.outcome()).toMatchObject({ completed: { polls: answered } });
  expectPolls(run, 'Detail', [30, 60, 90]);
  expect(run.counts()).toEqual({ ...posts, GetAccountsDetailAsync: 3 });
});

test('polls that all fail end at the deadline with what was wrong', async () => {
  const polling = { interval: '30 seconds', deadline: '2 minutes' };
  const run = await flinks.start('retry-later-at-poll-always', { polling });
  expect(await run.outcome()).toMatchObject({ type: 'InstitutionUnavailable' });
  expectPolls(run, 'Detail', [30, 60, 90, 120]);
});

test('a poll that Flinks refuses for good ends the run at once', async () => {
  const denied = { kind: 'status', status: 401, code: 'ACCESS_DENIED' } as const;
  flinks.simulator.inject({ endpoint: 'GetAccountsDetailAsync', fault: denied });
  const run = await flinks.start('pending-2-polls');
  expect(await run.outcome()).toMatchObject({ type: 'FlinksConfiguration' });
  expectPolls(run, 'Detail', [30]);
});

test('polls stay on their slots whatever earlier polls took', async () => {
  const slow = { kind: 'slow-first-byte', delayMs: 600 } as const;
  flinks.simulator.inject({ endpoint: 'GetAccountsDetailAsync', times: 3, fault: slow });
  const run = await flinks.start('pending-5-polls');
  expect(await run.outcome()).toMatchObject({ completed: { polls: 5 } });
  expectPolls(run, 'Detail', [30, 60, 90, 120, 150]);
});

test('a poll that is not answered within a second and a half is made again and waited for, slots that pass are skipped, and no two polls overlap', async () => {
  const slow = { kind: 'slow-first-byte', delayMs: 2_400 } as const;
  flinks.simulator.inject({ endpoint: 'GetAccountsDetailAsync', times: 2, fault: slow });
  const run = await flinks.start('pending-for-ever', { polling: { interval: '1 second', deadline: '7 seconds' } });
  expect(await run.outcome()).toMatchObject({ type: 'PendingTooLong' });
  expectPolls(run, 'Detail', [1, 2.5, 5, 6, 7]);
  expect(await run.progress()).toMatchObject({ polls: 4 });
});

test('a Detail whose answer was lost is not posted again: the polls fetch it', async () => {
  const run = await flinks.start('reset-after-at-detail');
  expect(await run.outcome()).toMatchObject({ completed: { polls: 1 } });
  expect(run.counts()).toEqual({ ...posts, GetAccountsDetailAsync: 1 });
});

test('a lost session does not restart the clock: the new one polls in the slots that are left', async () => {
  const run = await flinks.start('session-lost-in-2nd-poll');
  expect(await run.outcome()).toMatchObject({ completed: { polls: 4 } });
  expectPolls(run, 'Detail', [30, 60, 90, 120]);
  const [first, second, third, fourth] = run.requests('GetAccountsDetailAsync').map(({ requestId }) => requestId);
  expect([second, fourth]).toEqual([first, third]);
  expect(third).not.toBe(first);
});

test('a lost session does not move the deadline', async () => {
  const run = await flinks.start('session-lost-in-2nd-poll', {
    polling: { interval: '30 seconds', deadline: '90 seconds' },
  });
  expect(await run.outcome()).toMatchObject({ type: 'PendingTooLong' });
  expectPolls(run, 'Detail', [30, 60, 90]);
});
