// Flinks' refusals in Temporal's words: what the run, and the operator who reads it, may know about them. The run adds
// what to do next.
import { ApplicationFailure } from '@temporalio/common';
import type { FailureType } from '../contract.js';
import type { FlinksError } from '../flinks/errors.js';

/** The details that a failed activity hands to the workflow. */
export interface FailureDetails {
  flinksCode?: string;
  httpStatus?: number;
  requestId?: string;
  /** Whether Flinks gave a whole answer. */
  answered: boolean;
  /** Whether the same call may succeed a little later. */
  transient: boolean;
  /** Flinks asked for no call within so many milliseconds. */
  retryAfterMs?: number;
  /** The workflow may make this call again after so many milliseconds. Temporal must not. */
  retryInMs?: number;
  /** Which attempt that would be, and of how many. */
  retry?: NextAttempt;
}

export interface NextAttempt {
  attempt: number;
  of: number;
}

/** Who may make a failed call again: Temporal, the workflow, or nobody. */
export type Repeat = { by: 'temporal' | 'workflow'; inMs: number; next: NextAttempt } | undefined;

/** Builds the failure of an activity from an error of the Flinks client. `type` overrides what the error alone means. */
export function activityFailure(
  error: FlinksError,
  repeat: Repeat,
  type: FailureType = error.meaning.type,
): ApplicationFailure {
  const { code, status, requestId, retryAfterMs } = error.facts;
  const details: FailureDetails = {
    ...(code !== undefined && { flinksCode: code }),
    ...(status !== undefined && { httpStatus: status }),
    ...(requestId !== undefined && { requestId }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    answered: error.delivery === 'answered',
    transient: error.meaning.transient,
    ...(repeat?.by === 'workflow' && { retryInMs: repeat.inMs, retry: repeat.next }),
  };
  return ApplicationFailure.create({
    type,
    message: error.message,
    nonRetryable: repeat?.by !== 'temporal',
    ...(repeat?.by === 'temporal' && { nextRetryDelay: repeat.inMs }),
    details: [details],
  });
}
