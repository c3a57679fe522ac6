// Waiting for what the bank asks next.
import type { Client } from '@temporalio/client';
import { AccountDetailsError } from '../contract/errors.js';
import { progressName, sharedWaitId, waitForChallengeName, type Progress, type Stage } from '../contract.js';
import { queryProgress, waitingForRun, type CallOptions } from './temporal-call.js';

/**
 * Where a run stands once the bank asks something, or the run has ended. All who wait for the same thing share one update:
 * each of their own would stay with the run when its caller gave up, and Temporal allows a run ten at a time.
 */
export async function challengeOf(
  temporal: Client,
  { workflowId, runId }: { workflowId: string; runId: string },
  { signal }: CallOptions,
): Promise<Progress> {
  try {
    return await waitingForRun(temporal, workflowId, { signal, runId }, async (run) => {
      const now = await run.query<Progress>(progressName);
      if (nothingToWaitFor.has(now.stage)) return now;
      // An update of this id that has been answered by now tells of the round after this one.
      const updateId = sharedWaitId(now.round);
      return run.executeUpdate<Progress, []>(waitForChallengeName, { updateId });
    });
  } catch (error) {
    if (!(error instanceof AccountDetailsError) || error.code !== 'RunClosed') throw error;
    return queryProgress(temporal, workflowId, { signal, runId });
  }
}

const nothingToWaitFor: ReadonlySet<Stage> = new Set(['awaitingAnswers', 'completed', 'failed', 'cancelled']);
