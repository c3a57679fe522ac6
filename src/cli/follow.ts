// Following a run to its end from the command line.
import type { AccountDetailsClient, RunStatus } from '../client.js';
import { AnswerRejectedError } from '../client-errors.js';
import { askChallenges, isInteractive } from './ask.js';
import { liveLine } from './live-line.js';
import { CommandError, exitCode, say, writeJson } from './output.js';
import { watchLine } from './watch-line.js';

export interface FollowOptions {
  /** Milliseconds after which to give up following; the run goes on. */
  timeoutMs?: number | undefined;
  /** `line`: a live line on stderr. `json`: each change as a line on stdout. `none`: in silence. */
  show: 'line' | 'json' | 'none';
}

/**
 * Follows the run until it has closed and returns its last status. At a terminal it asks the bank's questions; elsewhere
 * it ends with exit code 3 as soon as an answer is needed, and with 4 when the time is over.
 */
export async function follow(
  client: AccountDetailsClient,
  workflowId: string,
  { timeoutMs, show }: FollowOptions,
): Promise<RunStatus> {
  const display = show === 'line' ? statusDisplay() : undefined;
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  let answeredRound = 0;
  try {
    for await (const status of client.watch(workflowId, { everyMs: 500, ...(timeout && { signal: timeout }) })) {
      if (show === 'json') writeJson(status);
      display?.show(status);
      const { challenges, round = 0 } = status.progress ?? {};
      if (status.status === 'RUNNING' && challenges && round > answeredRound) {
        if (!isInteractive())
          throw new CommandError('AnswerNeeded', answerNeeded(workflowId, challenges.length), exitCode.answerNeeded);
        display?.pause();
        await askAndSend(client, workflowId, status, timeout);
        answeredRound = round;
      }
      if (status.status !== 'RUNNING') return status;
    }
    throw new Error('The watch ended before the run.');
  } catch (error) {
    if (timeout?.aborted)
      throw new CommandError(
        'Timeout',
        `Run ${workflowId} goes on; the time to wait for it is over.`,
        exitCode.timedOut,
      );
    throw error;
  } finally {
    display?.end();
  }
}

const answerNeeded = (workflowId: string, questions: number): string =>
  `The bank asks ${questions === 1 ? 'a question' : `${questions} questions`}. Answer with: npm run starter -- answer ${workflowId}`;

async function askAndSend(
  client: AccountDetailsClient,
  workflowId: string,
  { progress }: RunStatus,
  signal?: AbortSignal,
): Promise<void> {
  const { challenges = [], round = 0, requestId } = progress ?? {};
  for (;;) {
    const answers = await askChallenges(challenges, signal);
    try {
      await client.answer(workflowId, { answers, round, ...(requestId !== undefined && { requestId }) });
      return;
    } catch (error) {
      if (!(error instanceof AnswerRejectedError) || error.code === 'NoChallengeOpen' || error.code === 'RoundOver')
        throw error;
      say(error.message);
    }
  }
}

/** Shows the run as one line: on a terminal redrawn each second, so that the times in it run, elsewhere at each change. */
function statusDisplay() {
  const line = liveLine(process.stderr);
  let current: RunStatus | undefined;
  const timer = setInterval(() => current && line.show(watchLine(current, Date.now())), 1_000);
  const pause = (): void => {
    current = undefined;
    line.end();
  };
  return {
    show(status: RunStatus): void {
      if (status.progress?.stage !== current?.progress?.stage) line.end();
      current = status;
      line.show(watchLine(status, Date.now()), true);
    },
    pause,
    end(): void {
      clearInterval(timer);
      pause();
    },
  };
}
