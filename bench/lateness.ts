// How late Flinks was asked, read from the simulator's own record.
import type { RecordedRequest } from '../simulator/record.js';

export interface Window {
  from: number;
  to: number;
}

/**
 * Whether polls have slots, counted from the first 202 whatever earlier polls took, or each is due one interval after the
 * reply to the one before.
 */
export type PollClock = 'slots' | 'afterReply';

// On a busy machine the simulator notes the end of a reply a moment after the client has read it.
const mostNotedLate = 1_000;

/**
 * For every poll that was due within the window: the milliseconds until Flinks was asked. If a slot was skipped that is
 * the time until the next poll, so that skipping makes nothing look better. A poll that never came is Infinity.
 */
export function lateness(
  requests: readonly RecordedRequest[],
  clock: PollClock,
  intervalMs: number,
  { from, to }: Window,
): number[] {
  const late: number[] = [];
  for (const { first202, polls } of waits(requests).values()) {
    if (first202 === undefined) continue;
    if (clock === 'slots') {
      let next = 0;
      const startedAt = slotsBegin(first202, polls, intervalMs);
      const firstSlot = Math.max(1, Math.ceil((from - startedAt) / intervalMs));
      for (let due = startedAt + firstSlot * intervalMs; due < to; due += intervalMs) {
        while ((polls[next]?.at ?? Infinity) < due) next++;
        late.push((polls[next]?.at ?? Infinity) - due);
      }
    } else {
      let due = first202 + intervalMs;
      for (const { at, closedAt = at } of polls) {
        if (due >= from && due < to) late.push(Math.max(0, at - due));
        due = closedAt + intervalMs;
      }
      if (due >= from && due < to) late.push(Infinity);
    }
  }
  return late;
}

/** No poll comes before its slot, so one that seems to shows that the first 202 was noted late. */
function slotsBegin(first202: number, polls: readonly RecordedRequest[], intervalMs: number): number {
  const early = polls
    .map(({ at }) => intervalMs - ((at - first202) % intervalMs))
    .filter((ms) => ms < Math.min(mostNotedLate, intervalMs / 4));
  return first202 - Math.max(0, ...early);
}

/** The polls that came within the window. */
export const pollsWithin = (requests: readonly RecordedRequest[], { from, to }: Window): RecordedRequest[] =>
  requests.filter(({ endpoint, at }) => endpoint === 'GetAccountsDetailAsync' && at >= from && at < to);

interface Wait {
  first202?: number;
  polls: RecordedRequest[];
}

function waits(requests: readonly RecordedRequest[]): Map<string, Wait> {
  const byLogin = new Map<string, Wait>();
  for (const request of requests) {
    if (request.loginId === undefined) continue;
    let wait = byLogin.get(request.loginId);
    if (!wait) byLogin.set(request.loginId, (wait = { polls: [] }));
    if (request.endpoint === 'GetAccountsDetailAsync') wait.polls.push(request);
    if (request.endpoint === 'GetAccountsDetail' && request.status === 202)
      wait.first202 ??= request.closedAt ?? request.at;
  }
  return byLogin;
}
