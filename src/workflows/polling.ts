// Waiting for Flinks by durable timers.
import type { AsOrdinary } from '../activities/local-calls.js';
import type { DataReply } from '../flinks/replies.js';
import { milliseconds, type ResolvedInput } from '../contract.js';
import { inNewTask, readable, wait } from './calls.js';
import { failureOf, reported, runFailure } from './failures.js';
import { shortly } from './local-calls.js';
import type { Run } from './run.js';

/** The clock of one endpoint. It starts with the first 202 and outlives a lost session. Milliseconds. */
export interface PollClock {
  startedAt?: number;
}

/** When the next poll after `now` is due: on the grid of intervals, the last at the deadline itself, then undefined. */
export function nextPollAt(startedAt: number, intervalMs: number, deadlineMs: number, now: number): number | undefined {
  const slot = Math.floor((now - startedAt) / intervalMs) + 1;
  const due = startedAt + Math.min(slot * intervalMs, deadlineMs);
  return due > now ? due : undefined;
}

/** Asks an Async endpoint at every slot until the accounts are there or the deadline has passed. */
export async function pollUntilReady(
  run: Run,
  { polling }: ResolvedInput,
  clock: PollClock,
  requestId: string,
  endpoint: 'getAccountsSummaryAsync' | 'getAccountsDetailAsync',
): Promise<Extract<DataReply, { kind: 'accounts' }>['data']> {
  const { progress } = run;
  if (clock.startedAt === undefined) await inNewTask(run);
  const startedAt = (clock.startedAt ??= Date.now());
  const intervalMs = milliseconds(polling.interval);
  const deadlineMs = milliseconds(polling.deadline);
  const deadline = new Date(startedAt + deadlineMs).toISOString();
  for (;;) {
    const due = nextPollAt(startedAt, intervalMs, deadlineMs, Date.now());
    if (due === undefined)
      throw runFailure(
        'PendingTooLong',
        `Flinks was still working on RequestId ${requestId} after ${polling.deadline}.`,
        { requestId },
      );
    progress.enter('waitingForFlinks', { deadline, nextPollAt: new Date(due).toISOString() });
    const poll = Math.ceil((due - startedAt) / intervalMs);
    const summary = `Poll ${poll} of ${Math.ceil(deadlineMs / intervalMs)}`;
    await wait(run, due - Date.now(), summary);

    const isLast = due >= startedAt + deadlineMs;
    const ask = () => shortly(run, summary, async (calls) => (await calls[endpoint](requestId)) ?? usualReply, true);
    const reply = await askOnce(progress, ask).catch((error: unknown) => {
      if (isLast || !waitsForNextSlot(error)) throw failureOf(error, 'FlinksUnavailable', requestId);
      return { kind: 'pending' } as const;
    });
    if (reply.kind === 'accounts') return reply.data;
  }
}

/** Polls once, and counts the poll where Flinks answered it. */
async function askOnce(progress: Run['progress'], ask: () => Promise<DataReply | AsOrdinary>): Promise<DataReply> {
  const count = (code: string | undefined): void =>
    progress.learn({ polls: progress.current.polls + 1, ...(code !== undefined && { lastFlinksCode: code }) });
  try {
    const reply = readable(await ask());
    count(reply.kind === 'pending' ? reply.code : undefined);
    return reply;
  } catch (error) {
    const details = reported(error)?.details;
    if (details?.answered) count(details.flinksCode);
    throw error;
  }
}

/** What a local activity stands for that returns nothing. */
const usualReply: DataReply = { kind: 'pending', code: 'OPERATION_PENDING' };

/** A poll that failed for a passing reason is made up for by the next. */
const waitsForNextSlot = (error: unknown): boolean => reported(error)?.details.transient ?? false;
