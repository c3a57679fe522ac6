// Two things that reach a run in one task: the worker is taken away until both have happened.
import { describe, expect, test, vi } from 'vitest';
import type { Retrieval } from '../support/retrieval.js';
import { workflowEnvironment } from '../support/workflow-environment.js';
import { stagesOf } from '../support/written.js';

const flinks = workflowEnvironment({ cache: false });
const live = { mode: 'live' } as const;
const montreal = { answers: { 'What city were you born in?': 'Montreal' } };

describe('an answer and its deadline at the same moment', () => {
  const timerFired = (run: Retrieval): Promise<void> =>
    vi.waitFor(
      async () => {
        const { events } = await run.handle.fetchHistory();
        if (!events?.some(({ timerFiredEventAttributes }) => timerFiredEventAttributes))
          throw new Error('The deadline has not passed.');
      },
      { timeout: 15_000, interval: 20 },
    );

  test.each(['answer', 'deadline'])('count for the customer: the %s came first', async (first) => {
    const run = await flinks.start('question', live);
    const { deadline = '' } = await run.reaches('awaitingAnswers', 1);
    await flinks.withoutWorker(async () => {
      // A task that waits for a worker holds the clock, so the last moment has to pass in real time.
      await flinks.server.sleep(Date.parse(deadline) - (await flinks.server.currentTimeMs()) - 300);
      if (first === 'answer') await run.signal(montreal);
      await timerFired(run);
      if (first === 'deadline') await run.signal(montreal);
    });
    expect(await run.outcome()).toMatchObject({ completed: { challengeRounds: 1 } });
    expect(run.counts()).toMatchObject({ GenerateAuthorizeToken: 1, Authorize: 2 });
  });
});

describe('an answer and a cancellation at the same moment', () => {
  test.each(['answer', 'cancellation'])('end the run as cancelled: the %s came first', async (first) => {
    const run = await flinks.start('question', live);
    await run.reaches('awaitingAnswers', 1);
    await flinks.withoutWorker(async () => {
      if (first === 'answer') await run.signal(montreal);
      await run.handle.cancel();
      if (first === 'cancellation') await run.signal(montreal);
    });
    expect(await run.outcome()).toEqual({ cancelled: true });
    expect(run.counts()).toEqual({ GenerateAuthorizeToken: 1, Authorize: 1 });
    expect(await stagesOf(run)).toEqual(['authorizing', 'awaitingAnswers', 'cancelled']);
  });
});
