// Short calls: made within the workflow task, by local activities. One costs a fraction of the events and of the money of
// an ordinary call. activities/short-calls.ts is the other side. What holds:
// 1. Queries, answers and cancellations wait for the end of a task. So all short calls of one task together have a second
//    and a half until their answers begin.
// 2. A call that takes longer is made again by an ordinary activity, and the run makes no short call from then on.
// 3. A short call has one attempt. After a passing failure the run waits, and an ordinary activity makes the next.
// 4. A run that has a priority or a tenant makes none, because they bypass the task queue.
// 5. The clock of a run stands still while a short call is under way. Whatever needs the time, or may not go on in a
//    cancelled run, calls `catchUp` first.
// 6. Histories hold what short calls returned. What is read here has to be read for ever.
import { ActivityCancellationType, isCancellation, proxyLocalActivities } from '@temporalio/workflow';
import type { FailureDetails } from '../activities/failures.js';
import type { Activities } from '../activities/index.js';
import type { Attempt } from '../activities/retries.js';
import type { AsOrdinary } from '../activities/short-calls.js';
import { timeForTheRestMs } from '../contract/short-call-time.js';
import type { DataReply } from '../flinks/replies.js';
import type { Run } from './context.js';
import { reported } from './failures.js';
import { UnreadYet } from './unread.js';
import { wait, waitToRetry } from './waiting.js';

const longestHoldUpMs = 1_500;
/** With less time than this, many a call would be given up and made again. */
const leastTimeMs = 500;

const shortActivities = (withinMs: number, label: string | undefined) =>
  proxyLocalActivities<Activities>({
    startToCloseTimeout: withinMs + timeForTheRestMs,
    // A worker whose slots are all taken is no reason to hold up a run either.
    scheduleToStartTimeout: leastTimeMs,
    retry: { maximumAttempts: 1 },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    ...(label !== undefined && { summary: label }),
  });

type Call<T> = (activities: ReturnType<typeof shortActivities>, at: Attempt) => Promise<T>;

/** What comes of trying a short call: its reply, or which attempt an ordinary call is to make now. */
export type Tried<T> = { reply: T } | { next: Attempt };

/** The reply of a poll that a history keeps as nothing. */
export const usualReply: DataReply = { kind: 'pending', code: 'OPERATION_PENDING' };

/** Tries a call as a short one, if there is time for that. Throws when it failed and may not be made again. */
export async function tryShort<T>(run: Run, label: string | undefined, call: Call<T>): Promise<Tried<T>> {
  const { shortCalls } = run;
  const first: Attempt = { attempt: 1, elapsedMs: 0 };
  const withinMs = longestHoldUpMs - shortCalls.heldUpMs;
  if (!shortCalls.allowed || withinMs < leastTimeMs) return { next: first };

  const start = Date.now();
  const outcome = await outcomeOf(call(shortActivities(withinMs, label), first)).finally(() => {
    shortCalls.heldUpMs += Date.now() - start;
  });
  if (outcome === 'tookTooLong') {
    shortCalls.allowed = false;
    // A cancelled run asks Flinks nothing more.
    await catchUp(run);
    return { next: first };
  }
  if ('reply' in outcome) return outcome;
  await waitAfter(run, outcome.failed);
  return { next: { attempt: 2, elapsedMs: Date.now() - start } };
}

type Passing = FailureDetails & { retryInMs: number };

/** Whether a failed call may be made again. */
export const isPassing = (details: FailureDetails | undefined): details is Passing => details?.retryInMs !== undefined;

/** Waits as the failure of a call says, and notes for `progress` what Flinks said. */
export function waitAfter(run: Run, { retryInMs, retry, flinksCode }: Passing): Promise<void> {
  if (flinksCode !== undefined) run.progress.learn({ lastFlinksCode: flinksCode });
  return waitToRetry(run, retryInMs, retry);
}

async function outcomeOf<T>(calling: Promise<T>): Promise<{ reply: T } | { failed: Passing } | 'tookTooLong'> {
  try {
    const reply: T | AsOrdinary = await calling;
    return isAsOrdinary(reply) ? 'tookTooLong' : { reply };
  } catch (error) {
    if (isCancellation(error) || error instanceof UnreadYet) throw error;
    const said = reported(error);
    // The activity could not say anything: it ran out of time, or its reply could not be stored.
    if (!said) return 'tookTooLong';
    if (!isPassing(said.details)) throw error;
    return { failed: said.details };
  }
}

const isAsOrdinary = (reply: unknown): reply is AsOrdinary =>
  (reply as Partial<AsOrdinary> | undefined | null)?.kind === 'asOrdinary';

/**
 * Goes on in a workflow task of its own if short calls have held up this one: with the server's clock, and with a
 * cancellation that came meanwhile.
 */
export async function catchUp(run: Run): Promise<void> {
  if (run.shortCalls.heldUpMs > 0) await wait(run, 1, 'Go on in a new workflow task');
}
