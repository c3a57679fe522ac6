// What can go wrong for a caller, each with a stable code.
import type { FailureType, RejectionType } from './contract.js';

export type ErrorCode =
  | FailureType
  | RejectionType
  | 'InputConflict'
  | 'NoSuchRun'
  | 'RunClosed'
  | 'Cancelled'
  | 'Terminated'
  | 'TimedOut'
  | 'RunFailed'
  | 'NoWorker'
  | 'NoSuchNamespace'
  | 'ServerUnreachable';

/** Base of every error that the client throws on purpose. `code` is stable, `message` is for people. */
export class AccountDetailsError extends Error {
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
  readonly fields: string[];

  constructor(code: 'InvalidInput' | 'InputConflict', message: string, fields: string[]) {
    super(code, message);
    this.fields = fields;
  }
}

/** The run did not complete. `code` is the contract's failure type, or how the run was ended from outside. */
export class RunFailedError extends AccountDetailsError {
  override readonly name = 'RunFailedError';
}

/** The answer was not taken; `code` says why. */
export class AnswerRejectedError extends AccountDetailsError {
  override readonly name = 'AnswerRejectedError';
}

/** The Temporal server is not there. */
export class ServerUnreachableError extends AccountDetailsError {
  override readonly name = 'ServerUnreachableError';

  constructor(address = 'the configured address') {
    super(
      'ServerUnreachable',
      `No Temporal server answers at ${address}. Start one (npm run dev) or set TEMPORAL_ADDRESS.`,
    );
  }
}
