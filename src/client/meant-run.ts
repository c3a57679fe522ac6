// Which run somebody means who names a workflow id.
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { holdType, type Progress } from '../contract.js';
import { calling, isNoWorker, queryProgress, type CallOptions } from './temporal-call.js';

/** Describes the run of an id. If a run under another id holds it (workflows/own-id.ts), that one is meant. Asks no worker. */
export async function meantRun(
  temporal: Client,
  workflowId: string,
  { signal, runId }: CallOptions,
): Promise<WorkflowExecutionDescription> {
  const described = await calling(temporal, workflowId, { answeredBy: 'server', signal, runId }, (handle) =>
    handle.describe(),
  );
  const { type, parentExecution } = described;
  if (type !== holdType || !parentExecution?.workflowId) return described;
  return meantRun(temporal, parentExecution.workflowId, { signal, runId: parentExecution.runId ?? undefined });
}

/** What the meant run reports. */
export async function meantProgress(temporal: Client, workflowId: string, options: CallOptions): Promise<Progress> {
  try {
    return await queryProgress(temporal, workflowId, options);
  } catch (error) {
    // What holds an id has no progress, so nobody answered for it. Asked only now, since hardly any id is held.
    if (!isNoWorker(error)) throw error;
    const meant = await meantRun(temporal, workflowId, options);
    if (meant.workflowId === workflowId) throw error;
    return queryProgress(temporal, meant.workflowId, { ...options, runId: meant.runId });
  }
}
