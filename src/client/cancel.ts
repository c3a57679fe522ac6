// Cancelling a run, and knowing that it is closed.
import type { Client } from '@temporalio/client';
import { calling, isOpen, waitingForRun, type CallOptions } from './temporal-call.js';
import { shownId } from '../contract/copyable.js';
import { AccountDetailsError, RunFailedError } from '../contract/errors.js';

export async function cancelRun(
  temporal: Client,
  workflowId: string,
  { signal, ...which }: CallOptions,
): Promise<void> {
  const closed = new AccountDetailsError('RunClosed', `Run ${shownId(workflowId)} has already ended.`);
  const asked = { answeredBy: 'server', signal } as const;
  const { runId, status } = await calling(temporal, workflowId, { ...asked, ...which }, (handle) => handle.describe());
  if (!isOpen(status.name)) throw closed;
  // By its run id: the login may be started again as soon as this run is closed.
  await calling(temporal, workflowId, { ...asked, runId }, (run) => run.cancel());
  try {
    await waitingForRun(temporal, workflowId, { signal, runId }, (run) => run.result());
  } catch (error) {
    if (!(error instanceof RunFailedError)) throw error;
    if (error.code === 'Cancelled') return;
  }
  throw closed;
}
