import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { RetrieveAccountDetailsResult } from '../../src/contract.js';

/** How a run ended: with its result, cancelled, or with a failure's type, message and details. */
export type Outcome =
  | { completed: RetrieveAccountDetailsResult }
  | { cancelled: true }
  | { type: string; message: string; details: Record<string, unknown> };

/** The type of an update's refusal. Any other error is thrown again. */
export function refusalOf(error: unknown): string {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (cause instanceof ApplicationFailure && cause.type != null) return cause.type;
  throw error;
}

/** How a run ended that did not complete. Any other error is thrown again. */
export function failureOf(error: unknown): Outcome {
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  if (cause instanceof CancelledFailure) return { cancelled: true };
  if (!(cause instanceof ApplicationFailure)) throw error;
  return {
    type: cause.type ?? '',
    message: cause.message,
    details: (cause.details?.[0] ?? {}) as Record<string, unknown>,
  };
}
