// Calls that are made at most once, because nobody may find out by a second one whether the first has left. What holds:
// 1. Temporal makes one attempt. Only the workflow may call again, and only when the failure says `retryInMs`.
// 2. It says so only when the failure proves that a second call does no harm (`mayRepeat`).
// 3. When the request may have left and no whole answer came, nobody calls again: `whenLost` says what that means.
// 4. A live login and an answer count at the bank. They are sent by one run only: the run for which a login is meant, or
//    the run that opened the session to answer in. In a run that was reset, and in an activity that is handed out again,
//    nothing is sent and the run fails as `LoginOutcomeUnknown`.
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { FailureType } from '../contract.js';
import { FlinksError } from '../flinks/errors.js';
import { activityFailure, type FailureDetails } from './failures.js';
import { withHeartbeats } from './heartbeats.js';
import { delayAfter, type Attempt, type RetryPolicy } from './retries.js';

export interface AtMostOnceRules<T> {
  /** Which failures prove that a second call does no harm. */
  mayRepeat: (error: FlinksError) => boolean;
  /** What it means that the request may have left and no whole answer came: another type of failure, or a reply. */
  whenLost: { type: FailureType } | { reply: T };
  /** Set when the call counts at the bank. */
  counts?: { as: 'login' | 'answer'; onlyInRunId: string };
}

/** Makes a call that must not be made twice unasked. The failure says in `retryInMs` when the workflow may call again. */
export async function atMostOnce<T>(
  policy: RetryPolicy,
  at: Attempt,
  { mayRepeat, whenLost, counts }: AtMostOnceRules<T>,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (counts) refuseToRepeat(counts.as, counts.onlyInRunId);
  try {
    return await withHeartbeats(call);
  } catch (error) {
    if (!(error instanceof FlinksError)) throw error;
    if (error.delivery === 'lost' && !mayRepeat(error)) {
      if ('reply' in whenLost) return whenLost.reply;
      throw activityFailure(error, undefined, whenLost.type);
    }
    const inMs = mayRepeat(error) ? delayAfter(error, policy, at) : undefined;
    const next = { attempt: at.attempt + 1, of: policy.maximumAttempts };
    throw activityFailure(error, inMs === undefined ? undefined : { by: 'workflow', inMs, next });
  }
}

/** Fails the run, before anything is sent, when this may have been sent before. */
function refuseToRepeat(what: 'login' | 'answer', onlyInRunId: string): void {
  const { attempt, scheduledTimestampMs, currentAttemptScheduledTimestampMs } = Context.current().info;
  if (onlyInRunId !== ownRunId()) throw refusal(`The run was reset to before ${said[what]}`);
  // `temporal activity reset` counts attempts from 1 again, but the time of scheduling stays.
  if (attempt > 1 || currentAttemptScheduledTimestampMs - scheduledTimestampMs > sameMomentMs)
    throw refusal(`The activity was repeated after ${said[what]}`);
}

/**
 * A server may read its clock twice for one attempt, so times that are this close are the same. No second attempt gets
 * through by that: an activity that has begun is handed out again after its heartbeat time-out of ten seconds at the
 * earliest.
 */
const sameMomentMs = 1_000;

const said = {
  login: 'a live login that may have been made. It was not made again',
  answer: 'an answer that may have been sent. It was not sent again',
};

function refusal(what: string): ApplicationFailure {
  const type: FailureType = 'LoginOutcomeUnknown';
  return ApplicationFailure.nonRetryable(`${what}.`, type, {
    answered: false,
    transient: false,
  } satisfies FailureDetails);
}

/** The id of the run that makes this call. A call from outside of any run has an empty one, which fits no run. */
export const ownRunId = (): string => Context.current().info.workflowExecution?.runId ?? '';
