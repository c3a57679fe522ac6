import { expect } from 'vitest';
import type { Endpoint } from '../../simulator/endpoints.js';
import type { Retrieval } from './retrieval.js';

/** A poll reaches Flinks within so many milliseconds of its slot also on a busy machine. */
const latenessMs = 1_000;

/**
 * Checks that an Async endpoint was asked once in each of these slots and at no other time. Slots are in seconds since
 * the first post to the endpoint, which Flinks answers at once. When that answer was on its way is not in the record for
 * certain: the clock may jump before the closing of a request has been noted, and cannot while one is open.
 */
export function expectPolls(run: Retrieval, endpoint: 'Summary' | 'Detail', slots: readonly number[]): void {
  const [post, poll]: [Endpoint, Endpoint] = [`GetAccounts${endpoint}`, `GetAccounts${endpoint}Async`];
  const startedAt = run.requests(post)[0]?.at ?? Number.NaN;
  const polls = run.requests(poll);
  expect(polls.map(({ at }) => Math.floor((at - startedAt) / 100) / 10)).toHaveLength(slots.length);
  for (const [index, { at, openAlongside, method }] of polls.entries()) {
    const late = at - startedAt - (slots[index] ?? Number.NaN) * 1_000;
    expect(late, `poll ${index + 1} is late by`).toBeGreaterThanOrEqual(0);
    expect(late, `poll ${index + 1} is late by`).toBeLessThan(latenessMs);
    expect({ method, openAlongside }).toEqual({ method: 'GET', openAlongside: 0 });
  }
}
