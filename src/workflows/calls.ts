// The activities as a workflow sees them: who repeats what, and how long it may take.
import { ActivityCancellationType, proxyActivities, sleep, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { AsOrdinary } from '../activities/local-calls.js';
import type { Attempt } from '../activities/retries.js';
import { reported, runFailure } from './failures.js';
import type { Run } from './run.js';

export type Calls = ActivityInterfaceFor<Activities>;

const options = {
  // The HTTP client gives up long before; this ends an activity that hangs outside of HTTP.
  startToCloseTimeout: '10 minutes',
  // A worker that died is noticed after this.
  heartbeatTimeout: '10 seconds',
  // Said explicitly, because the default does not wait: a run must not close, and a new one start, while its request
  // to Flinks is still open.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const;

/**
 * Calls that are safe to repeat; the summary tells a reader of the run what this one is for. Activities say themselves when
 * to stop and how long to wait; this policy is for the ones that could not say anything because their worker died.
 */
export function repeatable(run: Run, summary: string): Calls {
  run.beforeWait();
  return proxyActivities<Activities>({
    ...options,
    summary,
    retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '30 seconds', maximumAttempts: 20 },
  });
}

/** Calls of which Temporal makes one attempt: whatever counts at the bank, or must not be repeated unasked. */
export function once(run: Run, summary: string): Calls {
  run.beforeWait();
  return proxyActivities<Activities>({ ...options, summary, retry: { maximumAttempts: 1 } });
}

/** Makes a call of `once`, and makes it again for as long as its failure proves that this does no harm. */
export async function repeatWhereHarmless<T>(run: Run, call: (at: Attempt) => Promise<T>): Promise<T> {
  const start = Date.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await call({ attempt, elapsedMs: Date.now() - start });
    } catch (error) {
      const retryInMs = reported(error)?.details.retryInMs;
      if (retryInMs === undefined) throw error;
      await waitToRetry(run, retryInMs);
    }
  }
}

export const waitToRetry = (run: Run, ms: number): Promise<void> => wait(run, ms, 'Wait before calling Flinks again');

/** A durable timer, with a summary for a reader of the run. */
export function wait(run: Run, ms: number, summary: string): Promise<void> {
  run.beforeWait();
  return sleep(ms, { summary });
}

/**
 * Goes on in a workflow task of its own, where local calls have held this one up: with the server's clock, which stood still
 * meanwhile but for the calls' own time, and with a cancellation that came meanwhile.
 */
export async function inNewTask(run: Run): Promise<void> {
  if (run.localCalls.heldUpMs > 0) await wait(run, 1, 'Go on in a new workflow task');
}

/**
 * The reply of an activity, where it could be read from Temporal. One that can never be read ends the run, which would
 * otherwise fail its workflow task for ever.
 */
export function readable<T extends { kind: string }>(reply: T | AsOrdinary | undefined): Exclude<T, AsOrdinary> {
  if (typeof reply?.kind === 'string' && reply.kind !== 'asOrdinary') return reply as Exclude<T, AsOrdinary>;
  throw runFailure('UnexpectedResponse', 'The reply of Flinks was kept in Temporal and cannot be read any more.');
}
