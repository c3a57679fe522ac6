// Waiting for Flinks by durable timers. What holds:
// 1. The clock of an endpoint starts at the workflow time that saw its first 202. A lost session does not restart it.
// 2. Poll k is due at start + k × interval, however long earlier polls took. A slot that passed during a poll is skipped.
// 3. No two polls overlap.
// 4. The last poll is at the deadline itself. When Flinks is still at work then, the run fails as `PendingTooLong`.
// 5. Slots that come before the end of a Retry-After are skipped. When that of a failed poll ends after the deadline, the run
//    ends at once. A 202 that asks for as much is polled for the last time at the deadline.
// 6. A poll is never repeated. One that fails for a passing reason waits for the next slot, unless it was the last.
import type { DataReply } from '../flinks/replies.js';
import { milliseconds, type ResolvedInput } from '../contract.js';
import { catchUp, poll } from './calls.js';
import type { Run } from './context.js';
import { runFailure } from './failures.js';
import type { OpenedSession } from './session.js';
import { wait } from './waiting.js';

type Pending = Extract<DataReply, { kind: 'pending' }>;

/** The clock of one endpoint. Milliseconds. */
export interface PollClock {
  startedAt?: number;
}

/** When the next poll after `now` is due: on the grid of intervals, the last at the deadline itself, then undefined. */
export function nextPollAt(startedAt: number, intervalMs: number, deadlineMs: number, now: number): number | undefined {
  const slot = Math.floor((now - startedAt) / intervalMs) + 1;
  const due = startedAt + Math.min(slot * intervalMs, deadlineMs);
  return due > now ? due : undefined;
}

/** Asks an Async endpoint at every slot after this first reply, until the accounts are there or the deadline has passed. */
export async function pollUntilReady(
  run: Run,
  { polling }: ResolvedInput,
  clock: PollClock,
  { requestId, openedBy }: OpenedSession,
  endpoint: 'getAccountsSummaryAsync' | 'getAccountsDetailAsync',
  first: Pending,
): Promise<Extract<DataReply, { kind: 'accounts' }>['data']> {
  if (clock.startedAt === undefined) await catchUp(run);
  const startedAt = (clock.startedAt ??= Date.now());
  const intervalMs = milliseconds(polling.interval);
  const deadlineMs = milliseconds(polling.deadline);
  const deadline = new Date(startedAt + deadlineMs).toISOString();
  let { retryAfterMs = 0 } = first;
  for (;;) {
    // It counts from the reply, and the clock has stood still while a short call brought it.
    if (retryAfterMs > 0) await catchUp(run);
    const now = Date.now();
    const notBefore = Math.min(now + retryAfterMs, startedAt + deadlineMs);
    const due = nextPollAt(startedAt, intervalMs, deadlineMs, Math.max(now, notBefore - 1));
    if (due === undefined)
      throw runFailure(
        'PendingTooLong',
        `Flinks was still working on RequestId ${requestId} after ${polling.deadline}.`,
        { requestId },
      );
    run.progress.enter('waitingForFlinks', { deadline, nextPollAt: new Date(due).toISOString() });
    const label = `Poll ${Math.ceil((due - startedAt) / intervalMs)} of ${Math.ceil(deadlineMs / intervalMs)}`;
    await wait(run, due - now, label);

    const leftMs = startedAt + deadlineMs - due;
    const reply = await poll(run, label, leftMs, (activities) => activities[endpoint](requestId, openedBy));
    if (reply.kind === 'accounts') return reply.data;
    ({ retryAfterMs = 0 } = reply);
  }
}
