// A login at the bank and an answer count there, so each is made once whatever an operator does to the run.
import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import type { FailureType } from '../contract.js';
import type { FailureDetails } from './failures.js';

/**
 * Fails the run as `LoginOutcomeUnknown`, before anything is sent, where this may have been sent before: the run was
 * reset to a point before it, or Temporal was told to hand out the activity once more. `run` is the run for which the
 * call was meant; undefined where the workflow began before runs said so.
 */
export function refuseToRepeat(what: 'login' | 'answer', run: string | undefined): void {
  const { workflowExecution, attempt, scheduledTimestampMs, currentAttemptScheduledTimestampMs } =
    Context.current().info;
  if (run !== undefined && run !== workflowExecution?.runId) throw refusal(`The run was reset to before ${said[what]}`);
  // `temporal activity reset` counts attempts from 1 again, but the time of scheduling stays.
  if (attempt > 1 || currentAttemptScheduledTimestampMs - scheduledTimestampMs > sameMomentMs)
    throw refusal(`The activity was repeated after ${said[what]}`);
}

/**
 * Two times so close are one reading of a server's clock and the next. It spares no second attempt: one that has begun is
 * handed out again after its heartbeat time-out of ten seconds at the earliest.
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

/** The run that makes this call, for the calls that follow from it. */
export const thisRun = (): string | undefined => Context.current().info.workflowExecution?.runId;
