// The three kinds of call to Flinks, by what a second call could do. A workflow calls each kind by the same name.
// - repeatable: a second call does no harm.
// - poll: it is never repeated, because its next slot comes anyway.
// - at most once: a second call could cost the customer something. See at-most-once.ts.
import { Context } from '@temporalio/activity';
import { FlinksError } from '../flinks/errors.js';
import type { DataReply } from '../flinks/replies.js';
import { activityFailure } from './failures.js';
import { withHeartbeats } from './heartbeats.js';
import { delayAfter, firstAttempt, type Attempt, type RetryPolicy } from './retries.js';
import { isShort, withinShortTime, withoutUsualReply } from './short-calls.js';

export { atMostOnce } from './at-most-once.js';

type Call<T> = (signal: AbortSignal) => Promise<T>;

/**
 * Makes a call that is safe to repeat. When its failure is passing, it is made again after the delay that the policy says,
 * by the workflow or by Temporal, as `at` says. Temporal also makes it again when its worker dies. `at` says which attempt
 * the first one of this activity is.
 */
export async function repeatable<T>(policy: RetryPolicy, call: Call<T>, at: Attempt = firstAttempt): Promise<T> {
  try {
    return await inItsForm(call);
  } catch (error) {
    if (!(error instanceof FlinksError)) throw error;
    const { attempt, scheduledTimestampMs, currentAttemptScheduledTimestampMs } = Context.current().info;
    const inMs = delayAfter(error, policy, {
      attempt: at.attempt - 1 + attempt,
      elapsedMs: at.elapsedMs + currentAttemptScheduledTimestampMs - scheduledTimestampMs,
    });
    const by = isShort() || at.repeatedBy === 'workflow' ? 'workflow' : 'temporal';
    const next = { attempt: at.attempt + attempt, of: policy.maximumAttempts };
    throw activityFailure(error, inMs === undefined ? undefined : { by, inMs, next });
  }
}

/** Makes a poll. Nobody repeats one that fails; its failure says in `transient` whether the next slot may do better. */
export async function poll(call: Call<DataReply>): Promise<DataReply> {
  try {
    return withoutUsualReply(await inItsForm(call));
  } catch (error) {
    throw error instanceof FlinksError ? activityFailure(error, undefined) : error;
  }
}

/** A short call ends soon. An ordinary one may take as long as it needs. */
const inItsForm = <T>(call: Call<T>): Promise<T> => (isShort() ? withinShortTime(call) : withHeartbeats(call));
