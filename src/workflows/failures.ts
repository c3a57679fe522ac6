// The typed ends of a run.
import { ActivityFailure, ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { FailureDetails } from '../activities/failures.js';
import { failureTypes, withheldTypes, type FailureType } from '../contract.js';
import { nextStep } from './next-step.js';

/** Ends the run with one of the contract's failures. `what` says what happened; what to do next is added. */
export function runFailure(type: FailureType, what: string, details: Record<string, unknown> = {}): ApplicationFailure {
  const message = `${what} ${nextStep[type]}`;
  const failure = ApplicationFailure.create({ type, message, nonRetryable: true, details: [details] });
  // The log line of a failed run gets a copy of the error, which keeps its stack and loses its type.
  if (failure.stack) failure.stack = failure.stack.replace(/^ApplicationFailure\b/, `$& [${type}]`);
  return failure;
}

/** The failure that an activity reported. That of a short call comes bare. */
function causeOf(error: unknown): ApplicationFailure | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? cause : undefined;
}

/** What an activity added to its failure, whatever it is. */
export const detailOf = (error: unknown): unknown => causeOf(error)?.details?.[0];

/** What an activity said about its failure. Undefined when it could not say anything: it timed out or its worker died. */
export function reported(error: unknown): { type: FailureType; message: string; details: FailureDetails } | undefined {
  const cause = causeOf(error);
  if (!cause) return undefined;
  const type = failureTypes.find((known) => known === cause.type);
  const details = detailOf(error) as Partial<FailureDetails> | undefined;
  // A failure of the run itself has no such detail.
  if (!type || typeof details?.answered !== 'boolean') return undefined;
  return { type, message: cause.message, details: details as FailureDetails };
}

/** Whether an activity ended without a word of its own. Nobody knows then whether its request left. */
export const isSilent = (error: unknown): boolean =>
  error instanceof ActivityFailure && !isCancellation(error) && !reported(error);

/**
 * Whether a worker did not make a call, which may be made later: without the payload key, of another customer of Flinks, or
 * while another call of the login is under way.
 */
export const isUnsent = (error: unknown): boolean =>
  error instanceof ActivityFailure &&
  error.cause instanceof ApplicationFailure &&
  withheldTypes.some((type) => type === (error.cause as ApplicationFailure).type);

/** The run's failure for a failed activity; a cancellation stays as it is. `silent` is the type for an activity that could not say anything. */
export function failureOf(error: unknown, silent: FailureType, requestId: string | undefined): unknown {
  const said = reported(error);
  if (isCancellation(error) || !(said || error instanceof ActivityFailure)) return error;
  const { flinksCode, httpStatus, requestId: named = requestId } = said?.details ?? { requestId };
  const details = {
    ...(flinksCode !== undefined && { flinksCode }),
    ...(httpStatus !== undefined && { httpStatus }),
    ...(named !== undefined && { requestId: named }),
  };
  return said
    ? runFailure(said.type, said.message, details)
    : runFailure(
        silent,
        isUnsent(error)
          ? `The call was never made. ${(error as ActivityFailure).cause?.message ?? ''}`
          : `${error instanceof ActivityFailure ? error.activityType : 'A call'} gave no reply: its worker stopped or it ran out of time.`,
        details,
      );
}

/** Whether this failure of a run says that the Flinks session is gone. */
export const isSessionLost = (error: unknown): boolean =>
  error instanceof ApplicationFailure && error.type === ('SessionLost' satisfies FailureType);
