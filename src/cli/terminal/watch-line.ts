import { isOpen, type RunStatus } from '../../client.js';
import type { Stage } from '../../contract.js';

const inWords: Record<string, string> = {
  authorizing: 'opening a session with Flinks',
  awaitingAnswers: 'waiting for the answer to the bank’s question',
  summarizing: 'fetching the summary',
  retrievingDetails: 'fetching the details',
  waitingForFlinks: 'Flinks is still working',
  completed: 'the accounts are there',
  failed: 'the run ended without accounts',
  cancelled: 'the run was cancelled',
};

/** The stage in which a run reports that it ended this way by itself. */
const lastStage: Partial<Record<RunStatus['status'], Stage>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
};

/**
 * One line that says where a run stands: stage, round, polls, next poll and time left at `now` (milliseconds). A run that was
 * ended from outside still reports the stage in which that happened, and what was due then: it does nothing any more.
 */
export function watchLine({ status, progress }: RunStatus, now: number): string {
  const how = status.toLowerCase().replaceAll('_', ' ');
  if (!progress) return `${how} (no worker answers)`;
  const { stage, round, polls, nextPollAt, deadline, lastFlinksCode } = progress;
  const cutOff = !isOpen(status) && stage !== lastStage[status];
  // The words come last: a narrow terminal cuts the line, and the numbers have to stay.
  const facts = [
    polls > 0 && `${polls} ${polls === 1 ? 'poll' : 'polls'}`,
    !cutOff && nextPollAt !== undefined && `next poll in ${timeLeft(nextPollAt, now)}`,
    !cutOff && deadline !== undefined && `${timeLeft(deadline, now)} left`,
    round > 0 && `round ${round}`,
    lastFlinksCode !== undefined && lastFlinksCode,
    cutOff ? `it was in ${stage}` : (inWords[stage] ?? stage),
  ].filter((fact) => fact !== false);
  return `${cutOff ? how : stage}: ${facts.join(' · ')}`;
}

/** Time until `at` as `m:ss`; `0:00` once it has passed. */
export const timeLeft = (at: string, now: number): string => clock(Date.parse(at) - now);

/** Milliseconds as `m:ss`, or `h:mm:ss` from an hour on. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const padded = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${padded(m)}:${padded(s)}` : `${m}:${padded(s)}`;
}
