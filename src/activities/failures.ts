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
  /** Whether a whole answer came, be it a gateway's. */
  answered: boolean;
  /** Whether the same call may succeed a little later. */
  transient: boolean;
  /** The workflow may make this call again after so many milliseconds. Temporal must not. */
  retryInMs?: number;
}

/** Who may make a failed call again: Temporal, the workflow, or nobody. */
export type Repeat = { by: 'temporal' | 'workflow'; inMs: number } | undefined;

/** Builds the failure of an activity from an error of the Flinks client. `type` overrides what the error alone means. */
export function activityFailure(
  error: FlinksError,
  repeat: Repeat,
  type: FailureType = error.meaning.type,
): ApplicationFailure {
  const { code, status, requestId } = error.facts;
  const details: FailureDetails = {
    ...(code !== undefined && { flinksCode: code }),
    ...(status !== undefined && { httpStatus: status }),
    ...(requestId !== undefined && { requestId }),
    answered: error.delivery === 'answered' || status !== undefined,
    transient: error.meaning.transient,
    ...(repeat?.by === 'workflow' && { retryInMs: repeat.inMs }),
  };
  return ApplicationFailure.create({
    type,
    message: error.message,
    nonRetryable: repeat?.by !== 'temporal',
    ...(repeat?.by === 'temporal' && { nextRetryDelay: repeat.inMs }),
    details: [details],
  });
}
