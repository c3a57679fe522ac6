// Which run a workflow id means, and that it is one of ours: an id may be another workflow's, which must get no answer of a
// customer, and whose state and result are not what the caller asked for.
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { shownId } from '../contract/copyable.js';
import { AccountDetailsError, RunFailedError } from '../contract/errors.js';
import { holdType, workflowType } from '../contract.js';
import { calling, type CallOptions } from './temporal-call.js';

/** Describes the run. Throws `NoSuchRun`, also if the id is that of a workflow of another type. Needs no worker. */
export async function describeRetrieval(
  temporal: Client,
  workflowId: string,
  options: CallOptions,
): Promise<WorkflowExecutionDescription> {
  const described = await calling(temporal, workflowId, { ...options, answeredBy: 'server' }, (handle) =>
    handle.describe(),
  );
  const other = otherHolder(described);
  if (other === undefined) return described;
  throw new AccountDetailsError('NoSuchRun', `${shownId(workflowId)} is not a retrieval: the id is taken by ${other}.`);
}

/** Who has the id if it is no retrieval; undefined if it is one. */
export function otherHolder({
  type,
  parentExecution,
}: Pick<WorkflowExecutionDescription, 'type' | 'parentExecution'>): string | undefined {
  if (type === workflowType) return undefined;
  return type === holdType
    ? `run ${shownId(parentExecution?.workflowId ?? '')} of the same login`
    : `a workflow of type ${shownId(type)}`;
}

/**
 * The error of a run that was terminated, with the id of the run in which it goes on if the reason was a reset. Any other error is
 * returned as it is.
 */
export async function withNextRun(
  temporal: Client,
  workflowId: string,
  which: CallOptions,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof RunFailedError) || error.code !== 'Terminated') return error;
  const { raw } = await describeRetrieval(temporal, workflowId, which);
  const next = raw.workflowExtendedInfo?.resetRunId;
  return next ? new RunFailedError('Terminated', `${error.message} It was reset, and goes on as run ${next}.`) : error;
}
