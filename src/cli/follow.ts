// Following a run to its end from the command line.
import { isOpen, type AccountDetailsClient, type RunStatus } from '../client.js';
import { shownId } from '../contract/copyable.js';
import { AnswerRejectedError } from '../contract/errors.js';
import { askChallenges, isInteractive } from './terminal/ask.js';
import { liveLine } from './terminal/live-line.js';
import { CommandError, exitCode, say, writeJson } from './terminal/output.js';
import { answerHint } from './terminal/questions.js';
import { colourOfRun } from './tables.js';
import { watchLine } from './terminal/watch-line.js';

export interface FollowOptions {
  /** Which run of the workflow id; the newest unless given. */
  runId?: string | undefined;
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
  { runId, timeoutMs, show }: FollowOptions,
): Promise<RunStatus> {
  const display = show === 'line' ? statusDisplay() : undefined;
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  let answeredRound = 0;
  try {
    for await (const status of client.watch(workflowId, { everyMs: 500, runId, signal: timeout })) {
      if (show === 'json') writeJson(status);
      display?.show(status);
      const { challenges, round = 0 } = status.progress ?? {};
      if (status.status === 'RUNNING' && challenges && round > answeredRound) {
        if (!isInteractive())
          throw new CommandError('AnswerNeeded', answerHint(status, Date.now()), exitCode.answerNeeded);
        display?.pause();
        await askAndSend(client, status, timeout);
        answeredRound = round;
      }
      if (!isOpen(status.status)) return status;
    }
    throw new Error('The watch ended before the run.');
  } catch (error) {
    if (timeout?.aborted)
      throw new CommandError(
        'Timeout',
        `Run ${shownId(workflowId)} goes on; the time to wait for it is over.`,
        exitCode.timedOut,
      );
    throw error;
  } finally {
    display?.end();
  }
}

/** Asks until an answer is taken, or the time for one is over: then the run says how it goes on. */
async function askAndSend(
  client: AccountDetailsClient,
  { workflowId, runId, progress }: RunStatus,
  timeout?: AbortSignal,
): Promise<void> {
  const { challenges = [], round = 0, requestId, deadline } = progress ?? {};
  const over = roundEnds(client, workflowId, runId, round);
  const signal = AbortSignal.any([timeout, over.signal].filter((one) => one !== undefined));
  for (;;) {
    try {
      const answers = await askChallenges(challenges, { signal, deadline });
      await client.answer(workflowId, { answers, round, requestId: requestId ?? null }, { runId });
      over.stop();
      return;
    } catch (error) {
      const late = over.signal.aborted && !timeout?.aborted;
      const closed = error instanceof AnswerRejectedError && ['NoChallengeOpen', 'RoundOver'].includes(error.code);
      if (late || closed) {
        over.stop();
        say(late ? '\nThe time for this answer is over.' : 'The bank does not wait for this answer any more.');
        return;
      }
      if (!(error instanceof AnswerRejectedError)) {
        over.stop();
        throw error;
      }
      say(error.message);
    }
  }
}

/** Aborts when the run does not wait for this round any more. The run's own clock decides that: the one here may be wrong. */
function roundEnds(client: AccountDetailsClient, workflowId: string, runId: string, round: number) {
  const over = new AbortController();
  const look = async (): Promise<void> => {
    // Without a worker nobody knows yet.
    const now = await client.progress(workflowId, { runId }).catch(() => undefined);
    if (now && (now.round !== round || now.stage !== 'awaitingAnswers')) over.abort();
  };
  const timer = setInterval(() => void look(), 1_000);
  return { signal: over.signal, stop: () => clearInterval(timer) };
}

/** Shows the run as one line: on a terminal redrawn each second, so that the times in it run, elsewhere at each change. */
function statusDisplay() {
  const line = liveLine(process.stderr);
  let current: RunStatus | undefined;
  const draw = (status: RunStatus, keep: boolean): void =>
    line.show(
      watchLine(status, Date.now()),
      keep,
      colourOfRun({ status: status.status, stage: status.progress?.stage }),
    );
  const timer = setInterval(() => current && draw(current, false), 1_000);
  const pause = (): void => {
    current = undefined;
    line.end();
  };
  return {
    show(status: RunStatus): void {
      if (status.progress?.stage !== current?.progress?.stage) line.end();
      current = status;
      draw(status, true);
    },
    pause,
    end(): void {
      clearInterval(timer);
      pause();
    },
  };
}
