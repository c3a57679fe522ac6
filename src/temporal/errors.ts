// Turns the errors of Temporal's client into ours. Every message tells an operator what happened and what to do.
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
import { shownId } from '../contract/copyable.js';
import { harmless } from '../contract/harmless.js';
import { failureTypes, rejectionTypes, taskQueue, tooManyWaits } from '../contract.js';
import { grpcStatus } from '../sdk-internals/grpc-status.js';
import { reasonIn } from '../contract/unread-value.js';
import { PayloadStoreError } from './storage/payload-store.js';

/** Who has to answer a call: the server itself, or a worker behind it. */
export type Answerer = 'server' | 'worker';

/** Turns whatever Temporal's client threw into an AccountDetailsError. An error that is not of its own is returned unchanged. */
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

/** The error for a call that got no answer in time. */
export const nobodyAnswered = (workflowId: string, answeredBy: Answerer = 'worker'): AccountDetailsError =>
  answeredBy === 'worker' ? noWorker(workflowId) : new ServerUnreachableError();

function serverSaid(
  { code, details }: { code: number; details: string },
  workflowId: string,
  answeredBy: Answerer,
): AccountDetailsError {
  switch (code) {
    case grpcStatus.notFound:
      return notFoundError(details, workflowId);
    case grpcStatus.unavailable:
      return new ServerUnreachableError();
    case grpcStatus.cancelled:
    case grpcStatus.deadlineExceeded:
      return nobodyAnswered(workflowId, answeredBy);
    case grpcStatus.resourceExhausted:
      return serverBusy(details);
    case grpcStatus.failedPrecondition:
      return /\bupdates\b/.test(details) ? serverBusy(details) : noWorker(workflowId);
    case grpcStatus.permissionDenied:
    case grpcStatus.unauthenticated:
      return new AccountDetailsError(
        'AccessDenied',
        `Temporal refused access: ${details}. Check TEMPORAL_API_KEY or the TLS certificate.`,
      );
    case grpcStatus.invalidArgument:
      return new AccountDetailsError('InvalidRequest', `Temporal rejected the request: ${details}.`);
    default:
      return new AccountDetailsError('ServerError', `Temporal could not do this now: ${details}. Try again later.`);
  }
}

function runFailed(cause: Error | undefined, workflowId: string): RunFailedError {
  if (cause instanceof CancelledFailure)
    return new RunFailedError('Cancelled', `Run ${shownId(workflowId)} was cancelled.`);
  if (cause instanceof TerminatedFailure)
    return new RunFailedError('Terminated', `Run ${shownId(workflowId)} was terminated${reasonOf(cause)}`);
  if (cause instanceof TimeoutFailure)
    return new RunFailedError(
      'TimedOut',
      `Run ${shownId(workflowId)} was ended by Temporal because its time-out was over.`,
    );
  const failure = cause instanceof ApplicationFailure ? cause : undefined;
  const type = failureTypes.find((known) => known === failure?.type);
  const { requestId, flinksCode } = (failure?.details?.[0] ?? {}) as { requestId?: string; flinksCode?: string };
  const message = cause ? harmless(cause.message) : `Run ${shownId(workflowId)} failed.`;
  return new RunFailedError(type ?? 'RunFailed', message, { requestId, flinksCode });
}

/** Why an operator terminated a run, to end a sentence with. The SDK puts words of its own in the place of no reason. */
function reasonOf({ message }: TerminatedFailure): string {
  const reason = message === 'Workflow execution terminated' ? '' : harmless(message).trim();
  return reason === '' ? '.' : `: ${/[.!?]$/.test(reason) ? reason : `${reason}.`}`;
}

/** Types of failures that pass once a key or a store is there. */
const unreadTypes = ['UnknownPayloadKey', 'PayloadStoreError'];

/** A worker got a message that it could not read. Another worker may, or this one later. */
export class UnreadByWorkerError extends AccountDetailsError {
  constructor(reason: string) {
    super('UnreadablePayload', `The worker that got this could not read it, and nothing came of it. ${reason}`);
  }
}

function updateFailed(cause: Error | undefined, workflowId: string): AccountDetailsError {
  const refusal = cause instanceof ApplicationFailure ? cause : undefined;
  if (refusal?.type === tooManyWaits) return serverBusy(refusal.message);
  if (unreadTypes.some((known) => known === refusal?.type)) return new UnreadByWorkerError(refusal?.message ?? '');
  const type = rejectionTypes.find((known) => known === refusal?.type);
  const { fields } = (refusal?.details?.[0] ?? {}) as { fields?: string[] };
  return type
    ? new AnswerRejectedError(type, refusal?.message ?? type, fields)
    : new AccountDetailsError('RunClosed', `Run ${shownId(workflowId)} ended before it answered this request.`);
}

/** Why this process could not read or write a payload: its store failed, or it does not have the key. */
function payloadError(error: unknown): AccountDetailsError | undefined {
  if (error instanceof PayloadStoreError) return unreadable({ type: error.name, message: error.message });
  if (error instanceof ApplicationFailure && error.type === 'UnknownPayloadKey')
    return unreadable({ type: error.type, message: error.message });
  return error instanceof ValueError ? unreadable({ type: '', message: '' }) : undefined;
}

/** The value that Temporal's client read, unless it only stands for one that could not be read: throws then. */
export function readValue<T>(value: T): T {
  const reason = reasonIn(value);
  if (reason) throw unreadable(reason);
  return value;
}

function unreadable({ type, message }: { type: string; message: string }): AccountDetailsError {
  if (type === 'PayloadStoreError') return new AccountDetailsError('PayloadStore', message);
  return new AccountDetailsError(
    'UnreadablePayload',
    `This process cannot read the data of the run. ${message && `${message} `}Set the PAYLOAD_… variables here as they are set for the workers.`,
  );
}

const notFoundError = (message: string, workflowId: string): AccountDetailsError =>
  /already completed/.test(message)
    ? new AccountDetailsError('RunClosed', `Run ${shownId(workflowId)} has already ended.`)
    : new AccountDetailsError('NoSuchRun', `There is no run ${shownId(workflowId)}.`);

const serverBusy = (details: string): AccountDetailsError =>
  new AccountDetailsError(
    'ServerBusy',
    `Temporal takes no more of this now: ${details.replace(/\.$/, '')}. Call again in a moment, and less often if it lasts. An answer can be sent by signal meanwhile.`,
  );

const noWorker = (workflowId: string): AccountDetailsError =>
  new AccountDetailsError(
    'NoWorker',
    `No worker answered for run ${shownId(workflowId)}. Check that a worker polls task queue ${taskQueue}, or start one (npm run worker). The run goes on as soon as one does.`,
  );
