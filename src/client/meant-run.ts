// Which run somebody means who names a workflow id, and that it is one of ours: an id may be another workflow's, which must get
// no answer of a customer, and whose state and result are not what the caller asked for.
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { holdType, workflowType, type Progress } from '../contract.js';
import { shownId } from '../contract/copyable.js';
import { AccountDetailsError, RunFailedError } from '../contract/errors.js';
import { calling, queryProgress, resultOf, type CallOptions } from './temporal-call.js';

/** Describes whatever has an id: the run under another id that holds it (workflows/own-id.ts), or what is under it. Asks no worker. */
export async function holderOf(
  temporal: Client,
  workflowId: string,
  { signal, runId }: CallOptions,
): Promise<WorkflowExecutionDescription> {
  const described = await calling(temporal, workflowId, { answeredBy: 'server', signal, runId }, (handle) =>
    handle.describe(),
  );
  const { type, parentExecution } = described;
  if (type !== holdType || !parentExecution?.workflowId) return described;
  return holderOf(temporal, parentExecution.workflowId, { signal, runId: parentExecution.runId ?? undefined });
}

/** Describes the run that an id means. Throws `NoSuchRun`, also if a workflow of another type has the id. Asks no worker. */
export async function meantRun(
  temporal: Client,
  workflowId: string,
  options: CallOptions,
): Promise<WorkflowExecutionDescription> {
  const described = await holderOf(temporal, workflowId, options);
  if (described.type === workflowType) return described;
  throw new AccountDetailsError(
    'NoSuchRun',
    `${shownId(workflowId)} is not a retrieval: the id is taken by a workflow of type ${shownId(described.type)}.`,
  );
}

/** What the meant run reports. */
export async function meantProgress(temporal: Client, workflowId: string, options: CallOptions): Promise<Progress> {
  const meant = await meantRun(temporal, workflowId, options);
  return queryProgress(temporal, meant.workflowId, { signal: options.signal, runId: meant.runId });
}

/** The result of the meant run. The error of a run that was reset names the run in which it goes on. */
export async function meantResult<T>(temporal: Client, workflowId: string, options: CallOptions): Promise<T> {
  const { signal } = options;
  const meant = await meantRun(temporal, workflowId, options);
  try {
    return await resultOf(temporal, meant.workflowId, meant.runId, { signal });
  } catch (error) {
    if (!(error instanceof RunFailedError) || error.code !== 'Terminated') throw error;
    const { raw } = await holderOf(temporal, meant.workflowId, { signal, runId: meant.runId });
    const next = raw.workflowExtendedInfo?.resetRunId;
    throw next ? new RunFailedError('Terminated', `${error.message} It was reset, and goes on as run ${next}.`) : error;
  }
}
