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

// The record notes a reply's end; the client may have read it a moment before.
const earlyMs = 100;

/**
 * For every poll that was due within the window: the milliseconds until Flinks was asked. Where a slot was skipped that is
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
      const firstSlot = Math.max(1, Math.ceil((from - first202) / intervalMs));
      for (let due = first202 + firstSlot * intervalMs; due < to; due += intervalMs) {
        while ((polls[next]?.at ?? Infinity) < due - earlyMs) next++;
        late.push(Math.max(0, (polls[next]?.at ?? Infinity) - due));
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
