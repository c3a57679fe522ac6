// From Temporal's errors to ours.
import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  ServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import {
  ApplicationFailure,
  CancelledFailure,
  NamespaceNotFoundError,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { AccountDetailsError, AnswerRejectedError, RunFailedError, ServerUnreachableError } from './client-errors.js';
import { failureTypes, rejectionTypes } from './contract.js';

// Numbers of gRPC's status codes, so that this file needs no gRPC library.
const cancelled = 1;
const deadlineExceeded = 4;
const notFound = 5;
const failedPrecondition = 9;
const unavailable = 14;

/** Turns whatever Temporal's client threw into an AccountDetailsError; what is none of its errors passes unchanged. */
export function errorFromTemporal(error: unknown, workflowId: string): unknown {
  if (error instanceof AccountDetailsError) return error;
  if (error instanceof WorkflowFailedError) return runFailed(error.cause, workflowId);
  if (error instanceof WorkflowUpdateFailedError) return updateFailed(error.cause, workflowId);
  if (error instanceof WorkflowNotFoundError) return notFoundError(error.message, workflowId);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || error instanceof QueryNotRegisteredError)
    return noWorker(workflowId);
  if (error instanceof NamespaceNotFoundError)
    return new AccountDetailsError('NoSuchNamespace', `The Temporal server has no namespace ${error.namespace}.`);
  const service = error instanceof ServiceError ? error.cause : error;
  if (!isGrpcServiceError(service)) return error;
  if (service.code === notFound) return notFoundError(service.details, workflowId);
  if (service.code === unavailable) return new ServerUnreachableError();
  if ([cancelled, deadlineExceeded].includes(service.code) || service.code === failedPrecondition)
    return noWorker(workflowId);
  return error;
}

function runFailed(cause: Error | undefined, workflowId: string): RunFailedError {
  if (cause instanceof CancelledFailure) return new RunFailedError('Cancelled', `Run ${workflowId} was cancelled.`);
  if (cause instanceof TerminatedFailure) return new RunFailedError('Terminated', `Run ${workflowId} was terminated.`);
  if (cause instanceof TimeoutFailure)
    return new RunFailedError('TimedOut', `Run ${workflowId} exceeded its time-out.`);
  const type = cause instanceof ApplicationFailure ? failureTypes.find((known) => known === cause.type) : undefined;
  return new RunFailedError(type ?? 'RunFailed', cause?.message ?? `Run ${workflowId} failed.`);
}

function updateFailed(cause: Error | undefined, workflowId: string): AccountDetailsError {
  const type = cause instanceof ApplicationFailure ? rejectionTypes.find((known) => known === cause.type) : undefined;
  return type
    ? new AnswerRejectedError(type, cause?.message ?? type)
    : new AccountDetailsError('RunClosed', `Run ${workflowId} ended before it took the answer.`);
}

const notFoundError = (message: string, workflowId: string): AccountDetailsError =>
  /already completed/.test(message)
    ? new AccountDetailsError('RunClosed', `Run ${workflowId} has already ended.`)
    : new AccountDetailsError('NoSuchRun', `There is no run ${workflowId}.`);

const noWorker = (workflowId: string): AccountDetailsError =>
  new AccountDetailsError('NoWorker', `No worker answered for ${workflowId}. Is one running (npm run worker)?`);
