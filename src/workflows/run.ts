// How a run begins and ends.
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  deprecatePatch,
  isCancellation,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Priority } from '@temporalio/common';
import type { FailureDetails } from '../activities/failures.js';
import { openAnswerDesk } from './answer-desk.js';
import type { Run, ShortCalls } from './context.js';
import { progressQuery } from './messages.js';
import { measureFailure, measureResult } from './metrics.js';
import { createProgress } from './progress.js';
import { createCopy, UnreadYet } from './unread.js';
import { openWaits } from './waits.js';

export interface RunOptions {
  /** Whether runs that begin now write search attributes. */
  searchAttributes: boolean;
}

/** Runs the story, and leaves the run in a final stage whatever happens to it. */
export async function runToItsEnd<T>({ searchAttributes }: RunOptions, story: (run: Run) => Promise<T>): Promise<T> {
  // Recorded histories carry this mark, which told runs with short calls from older ones. There are none without any more.
  deprecatePatch('local-calls');
  const progress = createProgress(decideOnSearchAttributes(searchAttributes));
  const copy = createCopy();
  const desk = openAnswerDesk(progress, copy);
  // Short calls bypass the task queue, and so the priority and the tenant that count there.
  const shortCalls: ShortCalls = { allowed: !hasPriority(workflowInfo().priority), heldUpMs: 0 };
  const run: Run = {
    progress,
    desk,
    shortCalls,
    replies: 0,
    beforeWait() {
      progress.record();
      copy.lives();
      shortCalls.heldUpMs = 0;
    },
  };
  setHandler(progressQuery, () => progress.current);
  const endWaits = openWaits(progress);

  try {
    const result = await story(run);
    // The last call may have succeeded before it heard of a cancellation: the run is cancelled all the same.
    if (CancellationScope.current().consideredCancelled)
      throw new CancelledFailure('Cancelled while the last call was under way');
    progress.enter('completed');
    progress.record();
    measureResult(progress.current);
    // A closed run that is replayed for a query has its result in its history already. Another copy would be encrypted and,
    // if it is large, stored and never deleted.
    return workflowInfo().unsafe.isReplaying ? (undefined as T) : result;
  } catch (error) {
    // The workflow task is made again, so nothing has happened.
    if (error instanceof UnreadYet) throw error;
    if (isCancellation(error)) {
      progress.enter('cancelled');
    } else if (error instanceof ApplicationFailure) {
      const { flinksCode } = (error.details?.[0] ?? {}) as Partial<FailureDetails>;
      if (flinksCode !== undefined) progress.learn({ lastFlinksCode: flinksCode });
      progress.fail({ type: error.type ?? '', message: error.message });
    }
    progress.record();
    measureFailure(error, progress.current);
    throw error;
  } finally {
    endWaits();
    desk.close();
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  }
}

const hasPriority = ({ priorityKey, fairnessKey, fairnessWeight }: Priority = {}): boolean =>
  Boolean(priorityKey || fairnessKey || fairnessWeight);

/**
 * Decides for all of a run whether it writes search attributes. The setting is the worker's, and it may change while a run
 * is open. So a run that begins without them leaves a mark in its history, and one that begins with them does not.
 */
function decideOnSearchAttributes(switchedOn: boolean): boolean {
  const mayBeWithout = !switchedOn || workflowInfo().unsafe.isReplaying;
  return !(mayBeWithout && patched('without-search-attributes'));
}
