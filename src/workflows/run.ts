// What every part of a run shares, and how a run ends.
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Priority } from '@temporalio/common';
import type { FailureDetails } from '../activities/failures.js';
import { openAnswerDesk, type AnswerDesk } from './answer-desk.js';
import type { LocalCalls } from './local-calls.js';
import { progressQuery, waitForChallenge } from './messages.js';
import { measureFailure, measureResult } from './metrics.js';
import { createProgress, type ProgressReport } from './progress.js';

export interface Run {
  progress: ProgressReport;
  desk: AnswerDesk;
  localCalls: LocalCalls;
  /** To be called before whatever ends the workflow task: others see the run then, and a new task begins after it. */
  beforeWait(): void;
}

export interface RunOptions {
  /** Whether runs that begin now write search attributes. */
  searchAttributes: boolean;
}

/** Runs the story and leaves the run in a final stage, whatever happens to it. */
export async function runToItsEnd<T>({ searchAttributes }: RunOptions, story: (run: Run) => Promise<T>): Promise<T> {
  const withLocalCalls = patched('local-calls');
  const progress = createProgress(!withoutSearchAttributes(!searchAttributes), !withLocalCalls);
  const desk = openAnswerDesk(progress);
  // Local activities pass by the task queue, and so by whatever turn a run was given there.
  const localCalls: LocalCalls = { allowed: withLocalCalls && !hasTurn(workflowInfo().priority), heldUpMs: 0 };
  const run: Run = {
    progress,
    desk,
    localCalls,
    beforeWait() {
      progress.record();
      localCalls.heldUpMs = 0;
    },
  };
  let ended = false;
  setHandler(progressQuery, () => progress.current);
  setHandler(waitForChallenge, async () => {
    // A cancelled run still has to answer those who wait for it.
    await CancellationScope.nonCancellable(() =>
      condition(() => ended || progress.current.stage === 'awaitingAnswers'),
    );
    return progress.current;
  });

  try {
    const result = await story(run);
    // The last call may have succeeded before it heard of a cancellation: the run is cancelled all the same.
    if (CancellationScope.current().consideredCancelled)
      throw new CancelledFailure('Cancelled while the last call was under way');
    progress.enter('completed');
    progress.record();
    measureResult(progress.current);
    // A run that is replayed to its end, for a query after its close, has its result in its history already. Another copy
    // would be encrypted and, where it is large, stored and never deleted.
    return workflowInfo().unsafe.isReplaying ? (undefined as T) : result;
  } catch (error) {
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
    ended = true;
    desk.close();
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  }
}

const hasTurn = ({ priorityKey, fairnessKey, fairnessWeight }: Priority = {}): boolean =>
  Boolean(priorityKey || fairnessKey || fairnessWeight);

/**
 * Whether this run writes no search attributes. The setting is the worker's, but it may change while a run is open, so
 * a run that began without them carries a mark in its history and one that began with them does not.
 */
function withoutSearchAttributes(switchedOff: boolean): boolean {
  return (switchedOff || workflowInfo().unsafe.isReplaying) && patched('without-search-attributes');
}
