import { describe, expect, test } from 'vitest';
import type { Retrieval } from '../support/retrieval.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();
const live = { mode: 'live' } as const;
const montreal = { answers: { 'What city were you born in?': 'Montreal' } };
const minute = 60_000;

const sleepUntil = async (time: number): Promise<void> =>
  flinks.server.sleep(time - (await flinks.server.currentTimeMs()));

/** The time at which the open round ends, in milliseconds. */
async function deadlineOf(run: Retrieval, round: number): Promise<number> {
  const { deadline } = await run.reaches('awaitingAnswers', round);
  return Date.parse(deadline ?? '');
}

const askedAt = (run: Retrieval, round: number): number => run.requests('Authorize')[round - 1]?.at ?? Number.NaN;

async function expectClosedAt(run: Retrieval, time: number): Promise<void> {
  const late = ((await run.handle.describe()).closeTime?.getTime() ?? Number.NaN) - time;
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThan(1_000);
}

describe('a customer has seven minutes for an answer', () => {
  test('and is told until when', async () => {
    const run = await flinks.start('question', live);
    const deadline = await deadlineOf(run, 1);
    expect(deadline - askedAt(run, 1) - 7 * minute).toBeGreaterThanOrEqual(0);
    expect(deadline - askedAt(run, 1) - 7 * minute).toBeLessThan(1_000);
  });

  test('after which the run ends, and nothing is sent', async () => {
    const run = await flinks.start('question', live);
    const deadline = await deadlineOf(run, 1);
    expect(await run.outcome()).toMatchObject({
      type: 'SecurityAnswerTimedOut',
      details: { requestId: run.requests('Authorize')[0]?.requestId },
    });
    await expectClosedAt(run, deadline);
    expect(run.counts()).toEqual({ GenerateAuthorizeToken: 1, Authorize: 1 });
  });

  test('or as long as the caller says', async () => {
    const run = await flinks.start('question', { ...live, answerWithin: '90 seconds' });
    const deadline = await deadlineOf(run, 1);
    expect(deadline - askedAt(run, 1) - 1.5 * minute).toBeGreaterThanOrEqual(0);
    expect(deadline - askedAt(run, 1) - 1.5 * minute).toBeLessThan(1_000);
    expect(await run.outcome()).toMatchObject({ type: 'SecurityAnswerTimedOut' });
    await expectClosedAt(run, deadline);
  });

  test('of which the last seconds count', async () => {
    const run = await flinks.start('question', live);
    await sleepUntil((await deadlineOf(run, 1)) - 5_000);
    expect(await run.update(montreal)).toEqual({ accepted: true, round: 1 });
    expect(await run.outcome()).toHaveProperty('completed');
  });

  test('for each round anew, and 25 minutes for all rounds together', async () => {
    const run = await flinks.start('seven-rounds', live);
    const first = (await deadlineOf(run, 1)) - 7 * minute;
    for (const round of [1, 2, 3]) {
      const deadline = await deadlineOf(run, round);
      expect(deadline - askedAt(run, round) - 7 * minute).toBeLessThan(1_000);
      await sleepUntil(deadline - 15_000);
      await run.answerRound(round);
    }
    const last = await deadlineOf(run, 4);
    expect(last - first - 25 * minute).toBeGreaterThanOrEqual(0);
    expect(last - first - 25 * minute).toBeLessThan(1_000);
    expect(await run.outcome()).toMatchObject({ type: 'SecurityAnswerTimedOut' });
    await expectClosedAt(run, last);
    expect(run.counts()).toEqual({ GenerateAuthorizeToken: 1, Authorize: 4 });
  });
});

test('an answer to a session that idled for more than eight minutes was too late for Flinks', async () => {
  const run = await flinks.start('question', { ...live, answerWithin: '10 minutes' });
  await sleepUntil((await deadlineOf(run, 1)) - 1.5 * minute);
  expect(await run.update(montreal)).toEqual({ accepted: true, round: 1 });
  expect(await run.outcome()).toMatchObject({
    type: 'SecurityAnswerTimedOut',
    details: { flinksCode: 'SESSION_NONEXISTENT' },
  });
  expect(run.counts()).toEqual({ GenerateAuthorizeToken: 1, Authorize: 2 });
});
