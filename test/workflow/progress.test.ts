import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../simulator/endpoints.js';
import { progressSchema, waitForChallengeName, type Progress } from '../../src/contract.js';
import type { Retrieval } from '../support/retrieval.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();
const live = { mode: 'live' } as const;
const institution = 'FlinksCapital';
const city = { prompt: 'What city were you born in?', type: 'QuestionAndAnswer' };
const nothingYet = { round: 0, polls: 0, rejectedAnswers: 0 };
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

/** What the run says of itself: only words of the contract, nothing null, and within 2.5 s. */
async function said(run: Retrieval): Promise<Progress> {
  const asked = performance.now();
  const progress = await run.progress();
  expect(performance.now() - asked).toBeLessThan(2_500);
  expect(progressSchema.strict().parse(progress)).toEqual(progress);
  expect(Object.values(progress)).not.toContain(null);
  return progress;
}

describe('an operator who asks a run where it stands hears', () => {
  const requestIdOf = (run: Retrieval) => run.requests('Authorize')[0]?.requestId;

  // A short call is made twice. The test server refuses to cancel an activity in the moment in which it ends, so that none
  // may end by itself here.
  test.each<[string, Endpoint, number, string[]]>([
    ['authorizing', 'Authorize', 2, []],
    ['summarizing', 'GetAccountsSummary', 2, ['institution', 'requestId']],
    ['retrievingDetails', 'GetAccountsDetail', 1, ['institution', 'requestId']],
  ])('%s while that call is under way', async (stage, endpoint, times, known) => {
    flinks.simulator.inject({ endpoint, times, fault: { kind: 'slow-first-byte', delayMs: 60_000 } });
    const run = await flinks.start('plain');
    await run.openRequest(endpoint);
    const learned = known.length > 0 ? { institution, requestId: requestIdOf(run) } : {};
    expect(await said(run)).toEqual({ stage, ...nothingYet, ...learned });
  });

  test('the challenges and until when they can be answered', async () => {
    const run = await flinks.start('question', live);
    await run.reaches('awaitingAnswers');
    const open = { challenges: [city], deadline: time, institution, requestId: requestIdOf(run) };
    expect(await said(run)).toEqual({ stage: 'awaitingAnswers', ...nothingYet, round: 1, ...open });
  });

  test('when Flinks is asked again and when that ends', async () => {
    const run = await flinks.start('question-then-pending', live);
    await run.answerRound(1);
    await run.reaches('waitingForFlinks');
    const progress = await said(run);
    expect(progress).toEqual({
      stage: 'waitingForFlinks',
      ...nothingYet,
      round: 1,
      institution,
      requestId: requestIdOf(run),
      nextPollAt: time,
      deadline: time,
      lastFlinksCode: 'OPERATION_PENDING',
    });
    const startedAt = Date.parse(progress.deadline ?? '') - 30 * 60_000;
    expect(Date.parse(progress.nextPollAt ?? '') - startedAt).toBe(30_000);
    const [detail] = run.requests('GetAccountsDetail');
    expect(Math.abs(startedAt - (detail?.at ?? Number.NaN))).toBeLessThan(1_000);

    await flinks.server.sleep('31 seconds');
    const { polls, nextPollAt } = await run.until((now) => now.polls === 1);
    expect({ polls, nextPollAt }).toEqual({ polls: 1, nextPollAt: new Date(startedAt + 60_000).toISOString() });
  });

  test('that it completed, after the close as well', async () => {
    const run = await flinks.start('pending-1-poll');
    await run.outcome();
    const learned = { institution, requestId: requestIdOf(run), lastFlinksCode: 'OPERATION_PENDING' };
    expect(await said(run)).toEqual({ stage: 'completed', ...nothingYet, polls: 1, ...learned });
  });

  test('that it failed and with which FlinksCode, after the close as well', async () => {
    const run = await flinks.start('disabled-login');
    await run.outcome();
    expect(await said(run)).toEqual({ stage: 'failed', ...nothingYet, lastFlinksCode: 'DISABLED_LOGIN' });
  });

  test('that its input was refused', async () => {
    const run = await flinks.startWith({ login: {} });
    await run.outcome();
    expect(await said(run)).toEqual({ stage: 'failed', ...nothingYet });
  });

  test('that it was cancelled, after the close as well, and no challenge is shown any more', async () => {
    const run = await flinks.start('question', live);
    await run.reaches('awaitingAnswers');
    await run.handle.cancel();
    await run.outcome();
    const learned = { institution, requestId: requestIdOf(run) };
    expect(await said(run)).toEqual({ stage: 'cancelled', ...nothingYet, round: 1, ...learned });
  });

  test('of a refused signal by its type only', async () => {
    const run = await flinks.start('question', live);
    await run.reaches('awaitingAnswers');
    await run.signal({ answers: { 'secret?': 'secret!' } });
    await run.until(({ rejectedAnswers }) => rejectedAnswers === 1);
    const progress = await said(run);
    expect(progress).toMatchObject({ rejectedAnswers: 1, lastRejection: 'UnknownPrompt' });
    expect(JSON.stringify(progress)).not.toContain('secret');
  });
});

describe('an app that waits for a challenge', () => {
  const waitForChallenge = (run: Retrieval) => run.handle.executeUpdate<Progress, []>(waitForChallengeName);

  test.each(['question', 'plain', 'disabled-login'])(
    'hears at once where the run of %s stands by then',
    async (scenario) => {
      const run = await flinks.start(scenario, live);
      const progress = await waitForChallenge(run);
      const stage = { question: 'awaitingAnswers', plain: 'completed', 'disabled-login': 'failed' }[scenario];
      expect(progress).toMatchObject({ stage });
      expect(progress.challenges).toEqual(scenario === 'question' ? [city] : undefined);
      expect(progressSchema.strict().parse(progress)).toEqual(progress);
    },
  );

  test('is answered when the challenge is already there, and again for the next', async () => {
    const run = await flinks.start('two-rounds', live);
    await run.reaches('awaitingAnswers', 1);
    expect(await waitForChallenge(run)).toMatchObject({ round: 1 });
    await run.answerRound(1);
    expect(await waitForChallenge(run)).toMatchObject({ stage: 'awaitingAnswers', round: 2 });
  });

  test('is answered also when the run is cancelled', async () => {
    const slow = { kind: 'slow-first-byte', delayMs: 60_000 } as const;
    flinks.simulator.inject({ endpoint: 'Authorize', fault: slow });
    const run = await flinks.start('question', live);
    await run.openRequest('Authorize');
    const waiting = waitForChallenge(run);
    await run.handle.cancel();
    expect(await waiting).toMatchObject({ stage: 'cancelled' });
    expect(await run.outcome()).toEqual({ cancelled: true });
  });
});
