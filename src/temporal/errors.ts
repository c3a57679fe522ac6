// Turns Temporal's errors into ours.
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
  ValueError,
} from '@temporalio/common';
import {
  AccountDetailsError,
  AnswerRejectedError,
  RunFailedError,
  ServerUnreachableError,
} from '../contract/errors.js';
import { failureTypes, rejectionTypes } from '../contract.js';
import { PayloadStoreError } from './storage/payload-store.js';

/** Who has to answer a call: the server itself, or a worker behind it. */
export type Answerer = 'server' | 'worker';

// Numbers of gRPC's status codes, so that this file needs no gRPC library.
const cancelled = 1;
const invalidArgument = 3;
const deadlineExceeded = 4;
const notFound = 5;
const permissionDenied = 7;
const failedPrecondition = 9;
const unavailable = 14;
const unauthenticated = 16;

/** Turns an error of Temporal's client into an AccountDetailsError. Returns any other error unchanged. */
export function errorFromTemporal(error: unknown, workflowId: string, answeredBy: Answerer = 'worker'): unknown {
  if (error instanceof AccountDetailsError) return error;
  if (error instanceof WorkflowFailedError) return runFailed(error.cause, workflowId);
  if (error instanceof WorkflowUpdateFailedError) return updateFailed(error.cause, workflowId);
  if (error instanceof WorkflowNotFoundError) return notFoundError(error.message, workflowId);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || error instanceof QueryNotRegisteredError)
    return noWorker(workflowId);
  if (error instanceof NamespaceNotFoundError)
    return new AccountDetailsError('NoSuchNamespace', `The Temporal server has no namespace ${error.namespace}.`);
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) ? serverSaid(cause, workflowId, answeredBy) : (payloadError(cause) ?? error);
}

/** The error for a call that was not answered in time. */
export const nobodyAnswered = (workflowId: string, answeredBy: Answerer = 'worker'): AccountDetailsError =>
  answeredBy === 'worker' ? noWorker(workflowId) : new ServerUnreachableError();

function serverSaid(
  { code, details }: { code: number; details: string },
  workflowId: string,
  answeredBy: Answerer,
): AccountDetailsError {
  switch (code) {
    case notFound:
      return notFoundError(details, workflowId);
    case unavailable:
      return new ServerUnreachableError();
    case cancelled:
    case deadlineExceeded:
      return nobodyAnswered(workflowId, answeredBy);
    case failedPrecondition:
      return noWorker(workflowId);
    case permissionDenied:
    case unauthenticated:
      return new AccountDetailsError(
        'AccessDenied',
        `Temporal refused: ${details}. Check TEMPORAL_API_KEY or the TLS certificate.`,
      );
    case invalidArgument:
      return new AccountDetailsError('InvalidRequest', `Temporal refused this request: ${details}.`);
    default:
      return new AccountDetailsError('ServerError', `Temporal could not do this now: ${details}.`);
  }
}

function runFailed(cause: Error | undefined, workflowId: string): RunFailedError {
  if (cause instanceof CancelledFailure) return new RunFailedError('Cancelled', `Run ${workflowId} was cancelled.`);
  if (cause instanceof TerminatedFailure) return new RunFailedError('Terminated', `Run ${workflowId} was terminated.`);
  if (cause instanceof TimeoutFailure)
    return new RunFailedError('TimedOut', `Run ${workflowId} exceeded its time-out.`);
  const failure = cause instanceof ApplicationFailure ? cause : undefined;
  const type = failureTypes.find((known) => known === failure?.type);
  const { requestId, flinksCode } = (failure?.details?.[0] ?? {}) as { requestId?: string; flinksCode?: string };
  const message = cause?.message ?? `Run ${workflowId} failed.`;
  return new RunFailedError(type ?? 'RunFailed', message, { requestId, flinksCode });
}

function updateFailed(cause: Error | undefined, workflowId: string): AccountDetailsError {
  const type = cause instanceof ApplicationFailure ? rejectionTypes.find((known) => known === cause.type) : undefined;
  return type
    ? new AnswerRejectedError(type, cause?.message ?? type)
    : new AccountDetailsError('RunClosed', `Run ${workflowId} ended before it replied.`);
}

/** The error of a payload that this process could not store or read: the store failed, or the key is missing. */
function payloadError(error: unknown): AccountDetailsError | undefined {
  if (error instanceof PayloadStoreError) return new AccountDetailsError('PayloadStore', error.message);
  const noKey = error instanceof ApplicationFailure && error.type === 'UnknownPayloadKey';
  if (noKey || error instanceof ValueError)
    return new AccountDetailsError(
      'UnreadablePayload',
      `This process cannot read the payloads of the run${noKey ? `: ${error.message}` : '.'} Set PAYLOAD_… here as it is set for the workers.`,
    );
  return undefined;
}

const notFoundError = (message: string, workflowId: string): AccountDetailsError =>
  /already completed/.test(message)
    ? new AccountDetailsError('RunClosed', `Run ${workflowId} has already ended.`)
    : new AccountDetailsError('NoSuchRun', `There is no run ${workflowId}.`);

const noWorker = (workflowId: string): AccountDetailsError =>
  new AccountDetailsError(
    'NoWorker',
    `No worker answered for run ${workflowId}. Start one (npm run worker): the run then goes on.`,
  );
