import type { StorageDriver } from '@temporalio/common';
import { ShownError } from '../../contract/shown-error.js';

/** A store did not do what it was asked for. It may later, so whatever needed it is tried again. */
export class PayloadStoreError extends ShownError {
  override readonly name = 'PayloadStoreError';

  /** `what` names the store. Of the cause only the error code of the file system or of S3 is said, which quotes nothing. */
  constructor(what: string, cause: unknown, payload?: string) {
    const which = payload === undefined ? '' : ` It is ${payload}.`;
    super(`${what} (${reasonIn(cause)}). Check PAYLOAD_STORAGE and whether this process may use it.${which}`);
  }
}

function reasonIn(cause: unknown): string {
  const { code, name } = cause as { code?: unknown; name?: unknown };
  return (
    ([code, name].find((one) => typeof one === 'string' && /^\w{1,60}$/.test(one)) as string | undefined) ?? 'Error'
  );
}

/** Where payloads are that are too large for Temporal, encrypted like all others. */
export interface PayloadStore {
  driver: StorageDriver;
  /** Payloads of at least so many bytes, compressed and encrypted, are stored; smaller ones stay in Temporal. */
  threshold: number;
  /**
   * Deletes what is stored for a workflow id, or for one run of it, and returns how many payloads that were. Deleting what
   * is not there is no error. A run that was reset reads payloads of the run before it.
   */
  deleteStored(namespace: string, workflowId: string, runId?: string): Promise<number>;
}
