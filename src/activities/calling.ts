// How an activity calls Flinks: it heartbeats, it is cancelled with its HTTP request, and it fails in Temporal's words.
import { Context } from '@temporalio/activity';
import type { FailureType } from '../contract.js';
import { FlinksError } from '../flinks/errors.js';
import { activityFailure } from './failures.js';
import { leaseOf } from './lease.js';
import { briefly, type AsOrdinary } from './local-calls.js';
import { retryDelay, type Attempt, type RetryPolicy } from './retries.js';

/** A cancelled run waits for its request to be aborted, and hears of it with a heartbeat: so this bounds a cancel. */
const heartbeatEveryMs = 1_000;

/**
 * Runs `call` with the signal that aborts it, and heartbeats for as long as it takes and Temporal hears of it. An operator
 * who pauses or resets the activity does not abort it: nobody would know then what the bank has seen, and the call is soon
 * over anyway.
 */
async function heartbeating<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const context = Context.current();
  const { cancellationSignal } = context;
  const hangUp = new AbortController();
  const onCancel = (): void => {
    const { paused = false, reset = false } = context.cancellationDetails ?? {};
    if (!paused && !reset) hangUp.abort(cancellationSignal.reason);
  };
  if (cancellationSignal.aborted) onCancel();
  else cancellationSignal.addEventListener('abort', onCancel, { once: true });
  const lease = leaseOf(context);
  const timer = setInterval(() => {
    context.heartbeat();
    lease.check();
  }, heartbeatEveryMs);
  try {
    return await call(AbortSignal.any([hangUp.signal, lease.signal]));
  } finally {
    clearInterval(timer);
  }
}

/** A call as this activity may make it: a local one only while it is short, an ordinary one for as long as it takes. */
const inItsTime = <T>(call: (signal: AbortSignal) => Promise<T>): Promise<T | AsOrdinary> =>
  Context.current().info.isLocal ? briefly(call) : heartbeating(call);

/**
 * A call that is safe to repeat: while its failure is transient it is repeated after the delay that the policy says, by
 * Temporal or, after a local activity, by the workflow. A worker that died in the middle is made up for by Temporal.
 * `at` is where the first attempt of this activity stands.
 */
export async function callRepeatably<T>(
  policy: RetryPolicy,
  call: (signal: AbortSignal) => Promise<T>,
  at: Attempt = { attempt: 1, elapsedMs: 0 },
): Promise<T | AsOrdinary> {
  try {
    return await inItsTime(call);
  } catch (error) {
    if (!(error instanceof FlinksError)) throw error;
    const { attempt, isLocal, scheduledTimestampMs, currentAttemptScheduledTimestampMs } = Context.current().info;
    const inMs = delayFor(error, policy, {
      attempt: at.attempt - 1 + attempt,
      elapsedMs: at.elapsedMs + currentAttemptScheduledTimestampMs - scheduledTimestampMs,
    });
    throw activityFailure(error, inMs === undefined ? undefined : { by: isLocal ? 'workflow' : 'temporal', inMs });
  }
}

/** A call that waits for its next turn instead of being repeated: a poll has a slot of its own. */
export async function callOnce<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T | AsOrdinary> {
  try {
    return await inItsTime(call);
  } catch (error) {
    throw error instanceof FlinksError ? activityFailure(error, undefined) : error;
  }
}

/** What a call that must not be sent twice does when it failed. */
export interface OnceRules<T> {
  /** Which failures prove that sending it again does no harm. */
  mayRepeat: (error: FlinksError) => boolean;
  /** What it means that the request may have left and no whole answer came: another type of failure, or a reply. */
  whenLost: { type: FailureType } | { reply: T };
}

/**
 * A call that Temporal must never repeat by itself, because nobody would know whether the first one left. The failure
 * says in `retryInMs` when the workflow may send it again.
 */
export async function callCarefully<T>(
  policy: RetryPolicy,
  at: Attempt,
  { mayRepeat, whenLost }: OnceRules<T>,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await heartbeating(call);
  } catch (error) {
    if (!(error instanceof FlinksError)) throw error;
    if (error.delivery === 'lost' && !mayRepeat(error)) {
      if ('reply' in whenLost) return whenLost.reply;
      throw activityFailure(error, undefined, whenLost.type);
    }
    const inMs = mayRepeat(error) ? delayFor(error, policy, at) : undefined;
    throw activityFailure(error, inMs === undefined ? undefined : { by: 'workflow', inMs });
  }
}

const delayFor = (error: FlinksError, policy: RetryPolicy, at: Attempt): number | undefined =>
  error.meaning.transient ? retryDelay(policy, at, error.facts.retryAfterMs) : undefined;
