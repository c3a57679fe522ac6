// An answer, its deadline and a cancellation that reach a run in one task, many runs at a time.
import { vi } from 'vitest';
import { requestsOf } from '../../simulator/record.js';
import { loginIdFor } from '../../simulator/scenarios.js';
import { hasNothingToDo } from './nothing-to-do.js';
import type { Retrieval } from './retrieval.js';
import { until } from './until.js';
import type { WorkflowEnvironment } from './workflow-environment.js';

const montreal = { answers: { 'What city were you born in?': 'Montreal' } };

type Step = 'answer' | 'deadline' | 'cancellation';

/** Every order of two or three of them that ends differently by the contract: a cancellation beats all, an answer its deadline. */
const orders: readonly (readonly Step[])[] = [
  ['answer', 'deadline'],
  ['deadline', 'answer'],
  ['answer', 'cancellation'],
  ['cancellation', 'answer'],
  ['answer', 'answer', 'cancellation'],
  ['deadline', 'cancellation', 'answer'],
  ['answer', 'answer', 'deadline'],
];

let racers = 0;

/** Which of so many races ended otherwise than the contract says, in words. */
export async function race(flinks: WorkflowEnvironment, count: number): Promise<string[]> {
  const runs = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const loginId = loginIdFor('question', ++racers);
      const run = await flinks.start('question', { login: { loginId }, mode: 'live' });
      return { order: orders[index % orders.length] ?? [], loginId, run };
    }),
  );
  const deadlines = await Promise.all(
    runs.map(async ({ run }) => Date.parse((await run.reaches('awaitingAnswers', 1)).deadline ?? '')),
  );
  // A task without a worker would hold the clock.
  await Promise.all(runs.map(({ run }) => hasNothingToDo(run.handle)));
  await flinks.withoutWorker(async () => {
    // A task that waits for a worker holds the clock, so the last moment has to pass in real time.
    await flinks.server.sleep(Math.min(...deadlines) - (await flinks.server.currentTimeMs()) - 1_000);
    await Promise.all(runs.map(({ run, order }) => take(run, order)));
  });
  const wrong = await Promise.all(
    runs.map(async ({ run, order, loginId }) => {
      // Not by its result: the clock would jump over the worker's coming back.
      if (!(await closes(run))) return [`${order.join(', ')}: still open`];
      const outcome = await run.outcome();
      const how = 'completed' in outcome ? 'completed' : 'cancelled' in outcome ? 'cancelled' : outcome.type;
      const wanted = order.includes('cancellation') ? 'cancelled' : 'completed';
      const answers = requestsOf(flinks.simulator.requests, loginId).filter(({ answer }) => answer).length;
      const wantedAnswers = wanted === 'cancelled' ? 0 : 1;
      return how === wanted && answers === wantedAnswers
        ? []
        : [`${order.join(', ')}: ${how}, answered ${answers} times`];
    }),
  );
  return wrong.flat();
}

const closes = (run: Retrieval): Promise<boolean> =>
  until('it is closed', async () => (await run.handle.describe()).closeTime !== undefined, {
    withinMs: 60_000,
    everyMs: 250,
  }).catch(() => false);

async function take(run: Retrieval, order: readonly Step[]): Promise<void> {
  for (const step of order) {
    if (step === 'answer') await run.signal(montreal);
    else if (step === 'cancellation') await run.handle.cancel();
    else await timerFired(run);
  }
}

const timerFired = (run: Retrieval): Promise<void> =>
  vi.waitFor(
    async () => {
      const { events } = await run.handle.fetchHistory();
      if (!events?.some(({ timerFiredEventAttributes }) => timerFiredEventAttributes))
        throw new Error('The deadline has not passed.');
    },
    { timeout: 60_000, interval: 250 },
  );
