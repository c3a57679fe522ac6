// Short calls, made within the workflow task by local activities: a fraction of the events and of the cost of ordinary ones.
// Queries, answers and cancellations wait for the end of the task, so such calls have a second and a half until their answer
// begins, all of a task together.
import { ActivityCancellationType, isCancellation, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { Attempt } from '../activities/retries.js';
import { timeForTheRestMs } from '../contract/short-call-time.js';
import { inNewTask, repeatable, waitToRetry, type Calls } from './calls.js';
import { reported } from './failures.js';
import type { Run } from './run.js';

/** How a run makes its short calls. */
export interface LocalCalls {
  /** Whether they are local activities. A run to which one did not answer in time goes on with ordinary ones. */
  allowed: boolean;
  /** Milliseconds for which local activities have held up the workflow task that is under way. */
  heldUpMs: number;
}

const longestHoldUpMs = 1_500;
/** With less time than this, many a call would be given up and made again. */
const leastTimeMs = 500;

const local = (withinMs: number, summary: string | undefined): Calls =>
  proxyLocalActivities<Activities>({
    startToCloseTimeout: withinMs + timeForTheRestMs,
    // A worker whose slots are all taken is no reason to hold up a run either.
    scheduleToStartTimeout: leastTimeMs,
    retry: { maximumAttempts: 1 },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    ...(summary !== undefined && { summary }),
  });

type ShortCall<T> = (calls: Calls, at: Attempt) => Promise<T>;

/**
 * Makes a call that usually answers at once and is safe to repeat: as a local activity, and where that is not to be or takes
 * too long, as an ordinary one. One that fails for a passing reason is made again as its failure says. `at` tells the call
 * which attempt it is. A local call that follows a timer of its own needs no summary beside that one's.
 */
export async function shortly<T extends { kind: string }>(
  run: Run,
  summary: string,
  call: ShortCall<T>,
  afterTimer = false,
): Promise<T> {
  const start = Date.now();
  let at = { attempt: 1, elapsedMs: 0 };
  const withinMs = longestHoldUpMs - run.localCalls.heldUpMs;
  if (run.localCalls.allowed && withinMs >= leastTimeMs) {
    const tried = await tryLocally(run, call(local(withinMs, afterTimer ? undefined : summary), at));
    if ('reply' in tried) return tried.reply;
    if (tried.retryInMs === undefined) {
      run.localCalls.allowed = false;
      // A cancelled run asks Flinks nothing more.
      await inNewTask(run);
    } else {
      await waitToRetry(run, tried.retryInMs);
      at = { attempt: 2, elapsedMs: Date.now() - start };
    }
  }
  return call(repeatable(run, summary), at);
}

/** The reply, or when to call again by an ordinary activity: at once, where there is no time. */
async function tryLocally<T extends { kind: string }>(
  { localCalls }: Run,
  calling: Promise<T>,
): Promise<{ reply: T } | { retryInMs?: number }> {
  const start = Date.now();
  try {
    const reply = await calling;
    return reply?.kind === 'asOrdinary' ? {} : { reply };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const said = reported(error);
    // Nothing was said: it ran out of time, or its reply could not be stored.
    if (!said) return {};
    if (said.details.retryInMs === undefined) throw error;
    return { retryInMs: said.details.retryInMs };
  } finally {
    localCalls.heldUpMs += Date.now() - start;
  }
}
