// What can go wrong for a caller, each with a stable code.
import type { FailureType, RejectionType } from '../contract.js';
import { shownId } from './copyable.js';
import { ShownError } from './shown-error.js';

/** How a run ended that did not complete: the contract's failure types, and the ways to end it from outside. */
export type RunFailureCode = FailureType | 'Cancelled' | 'Terminated' | 'TimedOut' | 'RunFailed';

export type ErrorCode =
  | RunFailureCode
  | RejectionType
  | 'InputConflict'
  | 'NoSuchRun'
  | 'RunClosed'
  | 'NoWorker'
  | 'NoSuchNamespace'
  | 'NoSearchAttributes'
  | 'ServerUnreachable'
  | 'AccessDenied'
  | 'InvalidRequest'
  | 'ServerError'
  | 'UnreadablePayload'
  | 'PayloadStore'
  | 'WaitTimedOut'
  | 'WaitAborted';

/** Base of every error that the client throws on purpose. `code` is stable, `message` is for people. */
export class AccountDetailsError extends ShownError {
  override readonly name: string = 'AccountDetailsError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The input does not fit (`InvalidInput`), or differs from that of the open run (`InputConflict`). */
export class InputError extends AccountDetailsError {
  override readonly name = 'InputError';
  declare readonly code: 'InvalidInput' | 'InputConflict';
  readonly fields: string[];

  constructor(code: 'InvalidInput' | 'InputConflict', message: string, fields: string[]) {
    super(code, message);
    this.fields = fields;
  }
}

/** The run did not complete. `code` is the contract's failure type, or how the run was ended from outside. */
export class RunFailedError extends AccountDetailsError {
  override readonly name = 'RunFailedError';
  declare readonly code: RunFailureCode;
  /** Flinks' name for the session, which its support asks for. */
  readonly requestId: string | undefined;
  /** Flinks' last code, if there was one. */
  readonly flinksCode: string | undefined;

  constructor(code: RunFailureCode, message: string, { requestId, flinksCode }: FromFlinks = {}) {
    super(code, message);
    this.requestId = requestId;
    this.flinksCode = flinksCode;
  }
}

interface FromFlinks {
  requestId?: string | undefined;
  flinksCode?: string | undefined;
}

/** The answer was not taken; `code` says why. */
export class AnswerRejectedError extends AccountDetailsError {
  override readonly name = 'AnswerRejectedError';
  declare readonly code: RejectionType;
}

/** The caller's `signal` ended the waiting: `WaitTimedOut` by its time-out, `WaitAborted` otherwise. The run goes on. */
export class WaitEndedError extends AccountDetailsError {
  override readonly name = 'WaitEndedError';
  declare readonly code: 'WaitTimedOut' | 'WaitAborted';

  constructor(workflowId: string, signal: AbortSignal) {
    const reason: unknown = signal.reason;
    const timedOut = reason instanceof DOMException && reason.name === 'TimeoutError';
    const why = timedOut ? 'The time to wait is over' : 'The waiting was given up';
    super(timedOut ? 'WaitTimedOut' : 'WaitAborted', `${why}; run ${shownId(workflowId)} goes on.`);
  }
}

/** The Temporal server is not there. */
export class ServerUnreachableError extends AccountDetailsError {
  override readonly name = 'ServerUnreachableError';
  declare readonly code: 'ServerUnreachable';

  constructor(address = 'the configured address', more = '') {
    super(
      'ServerUnreachable',
      `No Temporal server answers at ${address}. Start one (npm run dev) or set TEMPORAL_ADDRESS.${more}`,
    );
  }
}
