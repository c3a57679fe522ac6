// One login, one run at a time. What holds:
// 1. The workflow id of a LoginId is its lock: Temporal lets one run be open under it.
// 2. A run of a LoginId under any other id, as a Temporal Schedule or another workflow starts it, holds the login's own id
//    by a child that does nothing. Temporal ends the child when the run closes, however it closes.
// 3. If the login's own id is taken, a run that may log in at the bank ends before it asks Flinks anything. One on stored
//    data goes on, since it does no harm. Either has a child beside that id.
// 4. By the child, `forget`, `status` and `list` find the run.
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
import { accountDetailsWorkflowId, besideId, holdType, type FailureType, type ResolvedInput } from '../contract.js';
import type { Run } from './context.js';

/** The child: it waits until it is ended. Whoever cancels it means the run, which may go on logging in meanwhile. */
export const holdLogin = (): Promise<void> => CancellationScope.nonCancellable(() => condition(() => false));

/** The turn of a login: it begins only when the turn is over. See activities/turns.ts. */
export const turnAtTheBank = (): Promise<void> => Promise.resolve();

/** Holds the own id of the login if this run is under another. Throws if a run that may log in has to stay away. */
export async function holdOwnId(run: Run, { login, mode, onSessionLost }: ResolvedInput): Promise<void> {
  if (!('loginId' in login)) return;
  const ownId = accountDetailsWorkflowId(login.loginId);
  const { workflowId, originalExecutionRunId } = workflowInfo();
  if (ownId === workflowId || !patched('own-id')) return;
  run.beforeWait();
  if (await hold(ownId)) return;
  // Not `runId`: a replay after a reset has another.
  await hold(besideId(ownId, originalExecutionRunId));
  if (mode === 'live' || onSessionLost === 'live') throw isTaken(ownId);
}

/** Starts the child under this id. Returns false if the id is taken. */
async function hold(workflowId: string): Promise<boolean> {
  try {
    await CancellationScope.nonCancellable(() =>
      startChild(holdType, { workflowId, args: [], parentClosePolicy: ParentClosePolicy.TERMINATE }),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

function isTaken(workflowId: string): ApplicationFailure {
  const type: FailureType = 'InvalidInput';
  const message = `A run of this login is open under ${workflowId}, and no other run logs in beside it. Wait for its end, or start under its id to join it.`;
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [{ fields: ['login.loginId'] }] });
}
