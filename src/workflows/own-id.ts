// One login, one run at a time. What holds:
// 1. The workflow id of a LoginId is its lock: Temporal lets one run be open under it.
// 2. A run of a LoginId under any other id, as a Temporal Schedule or another workflow starts it, holds the login's own id
//    by a child that does nothing. Temporal ends the child when the run closes, however it closes.
// 3. If the login's own id is taken, a run that may log in at the bank ends before it asks Flinks anything. One on stored
//    data goes on, since it does no harm.
// 4. By the child, `forget` finds the run.
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  ParentClosePolicy,
  patched,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { accountDetailsWorkflowId, holdType, type FailureType, type ResolvedInput } from '../contract.js';
import type { Run } from './context.js';

/** The child: it waits until it is ended. */
export const holdLogin = (): Promise<void> => condition(() => false);

/** Holds the own id of the login if this run is under another. Throws if a run that may log in has to stay away. */
export async function holdOwnId(run: Run, { login, mode, onSessionLost }: ResolvedInput): Promise<void> {
  if (!('loginId' in login)) return;
  const workflowId = accountDetailsWorkflowId(login.loginId);
  if (workflowId === workflowInfo().workflowId || !patched('own-id')) return;
  run.beforeWait();
  try {
    await CancellationScope.nonCancellable(() =>
      startChild(holdType, {
        workflowId,
        args: [],
        parentClosePolicy: ParentClosePolicy.TERMINATE,
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    if (mode === 'live' || onSessionLost === 'live') throw isTaken(workflowId);
  }
}

function isTaken(workflowId: string): ApplicationFailure {
  const type: FailureType = 'InvalidInput';
  const message = `A run of this login is open under ${workflowId}, and no other run logs in beside it. Wait for its end, or start under its id to join it.`;
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [{ fields: ['login.loginId'] }] });
}
