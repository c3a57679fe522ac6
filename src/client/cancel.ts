// Cancelling a run, and knowing that it is closed.
import type { Client } from '@temporalio/client';
import { calling, isOpen, waitingForRun, type CallOptions } from './temporal-call.js';
import { meantRun } from './meant-run.js';
import { shownId } from '../contract/copyable.js';
import { AccountDetailsError, RunFailedError } from '../contract/errors.js';

export async function cancelRun(
  temporal: Client,
  workflowId: string,
  { signal, ...which }: CallOptions,
): Promise<void> {
  const { workflowId: meant, runId, status } = await meantRun(temporal, workflowId, { signal, ...which });
  const closed = new AccountDetailsError('RunClosed', `Run ${shownId(meant)} has already ended.`);
  if (!isOpen(status.name)) throw closed;
  // By its run id: the login may be started again as soon as this run is closed.
  await calling(temporal, meant, { answeredBy: 'server', signal, runId }, (run) => run.cancel());
  try {
    await waitingForRun(temporal, meant, { signal, runId }, (run) => run.result());
  } catch (error) {
    if (!(error instanceof RunFailedError)) throw error;
    if (error.code === 'Cancelled') return;
  }
  throw closed;
}
