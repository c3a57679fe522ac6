import type { StorageDriver } from '@temporalio/common';
import { ShownError } from '../../contract/shown-error.js';

/** A store failed. It may work later, so what needs it is tried again. */
export class PayloadStoreError extends ShownError {
  override readonly name = 'PayloadStoreError';
  /** Whether the store works, and does not have the payload. */
  readonly isMissing: boolean;

  /** `what` names the store. Only the error code of the cause is shown, of the file system or of S3: it quotes nothing. */
  constructor(what: string, cause: unknown, payload?: string) {
    const which = payload === undefined ? '' : ` It is ${payload}.`;
    super(`${what} (${reasonIn(cause)}). Check PAYLOAD_STORAGE and whether this process may use it.${which}`);
    this.isMissing = ['ENOENT', 'NoSuchKey'].includes(reasonIn(cause));
  }
}

function reasonIn(cause: unknown): string {
  const { code, name } = cause as { code?: unknown; name?: unknown };
  return (
    ([code, name].find((one) => typeof one === 'string' && /^\w{1,60}$/.test(one)) as string | undefined) ?? 'Error'
  );
}

/** Has the payloads that are too large for Temporal, encrypted like all others. */
export interface PayloadStore {
  driver: StorageDriver;
  /** Payloads of at least so many bytes, compressed and encrypted, are stored. Smaller ones stay in Temporal. */
  threshold: number;
  /**
   * Deletes what is stored for a workflow id, or for one run of it, and returns how many payloads that were. It is not an error
   * if nothing is there. A run that was made by a reset reads payloads of the run before it.
   */
  deleteStored(namespace: string, workflowId: string, runId?: string): Promise<number>;
}
