import { expect, test } from 'vitest';
import { defaultRetryPolicy, retryDelay } from '../../../src/activities/retries.js';

const leastJitter = () => 0;
const mostJitter = () => 1;
const second = 1_000;
const minute = 60 * second;

test.each([
  [1, 2 * second],
  [2, 4 * second],
  [3, 8 * second],
  [4, 16 * second],
  [5, undefined],
  [6, undefined],
])('after attempt %i of at most five the wait is %s ms', (attempt, wait) => {
  expect(retryDelay(defaultRetryPolicy, { attempt, elapsedMs: 0 }, undefined, leastJitter)).toBe(wait);
});

test('the wait doubles to 30 seconds and no further', () => {
  const policy = { ...defaultRetryPolicy, maximumAttempts: 20 };
  for (const attempt of [5, 6, 19])
    expect(retryDelay(policy, { attempt, elapsedMs: 0 }, 0, leastJitter)).toBe(30 * second);
});

test('jitter stretches a wait by up to a quarter and never shortens it', () => {
  const at = { attempt: 1, elapsedMs: 0 };
  expect(retryDelay(defaultRetryPolicy, at, 0, mostJitter)).toBe(2.5 * second);
  const waits = Array.from({ length: 100 }, () => retryDelay(defaultRetryPolicy, at) ?? 0);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(2 * second);
  expect(Math.max(...waits)).toBeLessThanOrEqual(2.5 * second);
  expect(new Set(waits).size).toBeGreaterThan(1);
});

test.each([
  [1 * second, 2 * second],
  [45 * second, 45 * second],
  [5 * minute, 5 * minute],
  [10 * minute, 5 * minute],
  [10 * minute + 1, undefined],
  [85_092 * second, undefined],
])('a Retry-After of %i ms makes a wait of %s ms', (retryAfter, wait) => {
  expect(retryDelay(defaultRetryPolicy, { attempt: 1, elapsedMs: 0 }, retryAfter, leastJitter)).toBe(wait);
});

test.each([
  [10 * minute - 2 * second, 2 * second],
  [10 * minute - 2 * second + 1, undefined],
  [11 * minute, undefined],
])('with %i ms gone, no attempt starts later than 10 minutes after the first', (elapsedMs, wait) => {
  expect(retryDelay(defaultRetryPolicy, { attempt: 1, elapsedMs }, 0, leastJitter)).toBe(wait);
});
