// Waits that were given up, a server that takes no more, and runs that ended from outside while somebody waited.
import { WorkflowUpdateFailedError, WorkflowUpdateStage } from '@temporalio/client';
import { afterAll, describe, expect, test } from 'vitest';
import { localEnvironment } from '../../dev/local-environment.js';
import { loginIdFor } from '../../simulator/server.js';
import { AccountDetailsError, connectClient } from '../../src/client.js';
import type { AnswerOutcome, Progress } from '../../src/contract.js';
import { liveStack } from '../support/live-stack.js';
import { errorOf } from '../support/starter.js';
import { starterHere } from '../support/starter-here.js';
import { until } from '../support/until.js';

const prompt = 'What city were you born in?';
const answers = { [prompt]: 'Montreal' };
const waitForChallenge = 'waitForChallenge';

/** What Temporal allows a run is ten. These are as many as a run of ours lets wait: five, and those who share a place. */
const mostInFlight = 6;
const { server, temporal, work } = await liveStack({
  server: { settings: [`history.maxInFlightUpdates=${mostInFlight}`] },
});
await work();
const here = starterHere(server.address);
// As a backend connects, because the connection decides how long a busy server is asked.
const client = await connectClient({ ...localEnvironment(), TEMPORAL_ADDRESS: server.address });
afterAll(() => client.close());

async function codeOf(call: Promise<unknown>): Promise<AccountDetailsError> {
  const error = await call.then(
    () => new Error('The call succeeded.'),
    (error: unknown) => error,
  );
  if (error instanceof AccountDetailsError) return error;
  throw error;
}

/** A run that polls Flinks and asks nothing. */
async function pendingRun(n: number) {
  const login = { loginId: loginIdFor('pending-for-ever', n) };
  const run = await client.start({ login });
  await until('it polls', async () => (await client.progress(run.workflowId)).stage === 'waitingForFlinks');
  return { ...run, login, handle: temporal.workflow.getHandle(run.workflowId) };
}

/** How many updates are in the history of the run. */
async function updatesOf(workflowId: string): Promise<number> {
  const { events = [] } = await temporal.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length;
}

describe('waits that nobody waits for any more', () => {
  test('a dozen of them take one place of the run, and an answer is judged as ever', async () => {
    const { workflowId, login } = await pendingRun(1);
    const given = Array.from({ length: 12 }, () =>
      codeOf(client.startAndWaitForChallenge({ login }, { signal: AbortSignal.timeout(1_500) })),
    );
    expect((await Promise.all(given)).map(({ code }) => code)).toEqual(given.map(() => 'WaitTimedOut'));
    expect(await updatesOf(workflowId)).toBe(1);
    expect((await codeOf(client.answer(workflowId, { answers }))).code).toBe('NoChallengeOpen');
    // One more still hears how the run ends.
    const waiting = client.startAndWaitForChallenge({ login });
    await client.cancel(workflowId);
    expect(await waiting).toMatchObject({ started: false, progress: { stage: 'cancelled' } });
  });

  test('those of callers with updates of their own leave places for answers and for whoever shares', async () => {
    const { workflowId, login, handle } = await pendingRun(2);
    const wait = (updateId?: string) =>
      handle.startUpdate<Progress, []>(waitForChallenge, {
        waitForStage: WorkflowUpdateStage.ACCEPTED,
        ...(updateId !== undefined && { updateId }),
      });
    const held = await Promise.all(Array.from({ length: 5 }, () => wait()));
    const refusal = await wait()
      .then((update) => update.result())
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(WorkflowUpdateFailedError);
    expect(refusal).toMatchObject({
      cause: { type: 'TooManyWaits', message: expect.stringContaining('waitForChallenge-0') },
    });
    expect((await codeOf(client.answer(workflowId, { answers }))).code).toBe('NoChallengeOpen');
    const shared = await Promise.all([wait('waitForChallenge-0'), wait('waitForChallenge-0')]);
    const signal = AbortSignal.timeout(1_500);
    expect((await codeOf(client.startAndWaitForChallenge({ login }, { signal }))).code).toBe('WaitTimedOut');
    expect(await updatesOf(workflowId)).toBe(6);
    await client.cancel(workflowId);
    const heard = await Promise.all([...held, ...shared].map((update) => update.result()));
    for (const progress of heard) expect(progress).toMatchObject({ stage: 'cancelled' });
  });

  test('those of a caller that asks again and again leave the run updates for answers', async () => {
    const { workflowId } = await client.startAndWaitForChallenge({
      login: { loginId: loginIdFor('question', 5) },
      mode: 'live',
    });
    const handle = temporal.workflow.getHandle(workflowId);
    const wait = (options: object = {}) =>
      handle.executeUpdate<Progress, []>(waitForChallenge, options).then(
        ({ round }) => round,
        (error: { cause?: { type?: string } }) => error.cause?.type,
      );
    for (let n = 0; n < 500; n += 5)
      expect(await Promise.all([1, 2, 3, 4, 5].map(() => wait()))).not.toContain(undefined);
    expect(await wait()).toBe('TooManyWaits');
    expect(await updatesOf(workflowId)).toBeLessThanOrEqual(500);
    expect(await wait({ updateId: 'waitForChallenge-1' })).toBe(1);
    await client.answer(workflowId, { answers });
    await client.result(workflowId);
  });

  test('a wait for the round after the one that was answered does not hear of the one before', async () => {
    const input = { login: { loginId: loginIdFor('two-rounds', 3) }, mode: 'live' } as const;
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => client.startAndWaitForChallenge(input)));
    const { workflowId, progress } = first ?? {};
    for (const { progress: also } of others) expect(also).toEqual(progress);
    const { round, requestId = null, challenges = [] } = progress ?? {};
    const outcome: AnswerOutcome = await client.answer(workflowId ?? '', {
      ...(round !== undefined && { round }),
      requestId,
      answers: Object.fromEntries(challenges.map((challenge) => [challenge.prompt, 'Montreal'])),
    });
    expect(outcome.round).toBe(1);
    const next = await client.startAndWaitForChallenge(input);
    expect(next.progress.stage === 'awaitingAnswers' ? next.progress.round : 'ended').not.toBe(1);
    expect(await updatesOf(workflowId ?? '')).toBeLessThanOrEqual(3);
  });
});

test('a run that has no place left says that Temporal is busy, and not that no worker is there', async () => {
  const { workflowId, handle } = await pendingRun(4);
  const ids = [...Array(mostInFlight - 1).keys(), 'waitForChallenge-0'].map(String);
  for (const updateId of ids)
    await handle.startUpdate(waitForChallenge, { waitForStage: WorkflowUpdateStage.ACCEPTED, updateId });
  const busy = await codeOf(client.answer(workflowId, { answers }));
  expect(busy).toMatchObject({ code: 'ServerBusy', message: expect.stringContaining('in-flight updates') });
  const told = await here(['answer', workflowId, '--json'], { stdin: JSON.stringify({ answers }) });
  expect([told.exit, errorOf(told).code]).toEqual([1, 'ServerBusy']);
  await client.signalAnswer(workflowId, { answers });
  await until('the signal was read', async () => (await client.progress(workflowId)).rejectedAnswers === 1);
  await client.cancel(workflowId);
});
