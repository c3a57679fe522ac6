// One login, one run. What holds:
// 1. The workflow id of a LoginId is its lock: Temporal lets one run be open under it.
// 2. A run of a LoginId under any other id, as a Temporal Schedule or another workflow starts it, asks Flinks nothing. It
//    starts the run under the login's own id as its child, and ends as that one ends.
// 3. If that run is open already, there is no second one beside it.
import {
  ApplicationFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  executeChild,
  ParentClosePolicy,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  accountDetailsWorkflowId,
  workflowType,
  type FailureType,
  type ResolvedInput,
  type RetrieveAccountDetailsResult,
} from '../contract.js';
import type { Run } from './context.js';

/** The workflow id under which this input has to run, if this run has another. Credentials may run under any id. */
export function ownerOf({ login }: ResolvedInput): string | undefined {
  if (!('loginId' in login)) return undefined;
  const owner = accountDetailsWorkflowId(login.loginId);
  return owner !== workflowInfo().workflowId && patched('own-id') ? owner : undefined;
}

/** Has the run under `workflowId` do the work, and ends as it ends. */
export async function handOver(run: Run, workflowId: string, payload: unknown): Promise<RetrieveAccountDetailsResult> {
  run.beforeWait();
  try {
    return await executeChild<(input: unknown) => Promise<RetrieveAccountDetailsResult>>(workflowType, {
      workflowId,
      args: [payload],
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) throw beside(workflowId);
    const cause = error instanceof ChildWorkflowFailure ? error.cause : undefined;
    if (!(cause instanceof ApplicationFailure)) throw error;
    throw ApplicationFailure.create({
      type: cause.type ?? '',
      message: cause.message,
      details: cause.details ?? [],
      nonRetryable: true,
    });
  }
}

function beside(workflowId: string): ApplicationFailure {
  const type: FailureType = 'InvalidInput';
  const message = `Run ${workflowId} of this login is open, and no other run asks Flinks beside it. Wait for its end, or start under its id to join it.`;
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [{ fields: ['login.loginId'] }] });
}
