// Those who wait for the bank's question or the run's end, by the update `waitForChallenge`. What holds:
// 1. A wait that its caller gave up stays with the run: Temporal tells no run of it. So the run holds few of them, and keeps the
//    other places that Temporal has for updates, 10 in flight and 2,000 in all, for answers.
// 2. Those who give their update the shared id of the round take one place together, and are never refused.
// 3. A wait that is refused leaves nothing in the history.
import { ApplicationFailure, CancellationScope, condition, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import { sharedWaitId, tooManyWaits } from '../contract.js';
import { waitForChallenge } from './messages.js';
import type { ProgressReport } from './progress.js';

const mostAtOnce = 5;
const mostInAll = 500;

/** Lets callers wait. The result ends every wait. */
export function openWaits(progress: ProgressReport): () => void {
  let ended = false;
  let held = 0;
  let inAll = 0;

  setHandler(
    waitForChallenge,
    async () => {
      held += 1;
      inAll += 1;
      // A cancelled run still has to answer those who wait for it.
      await CancellationScope.nonCancellable(() =>
        condition(() => ended || progress.current.stage === 'awaitingAnswers'),
      );
      held -= 1;
      return progress.current;
    },
    {
      // Must not become asynchronous.
      validator: () => {
        if (held < mostAtOnce && inAll < mostInAll) return;
        const shared = sharedWaitId(progress.current.round);
        if (currentUpdateInfo()?.id === shared) return;
        throw ApplicationFailure.create({
          type: tooManyWaits,
          message: `Too many wait for this run. Give the update the id ${shared}, or ask the query progress.`,
          nonRetryable: true,
        });
      },
    },
  );
  return () => {
    ended = true;
  };
}
