import { expect, test } from 'vitest';
import { nextPollAt } from '../../../src/workflows/polling.js';

const start = Date.UTC(2026, 0, 15, 12);
const interval = 30_000;
const halfAnHour = 30 * 60_000;

/** The polls of a run in which each takes so many milliseconds, in milliseconds from the start; 100 are enough. */
function polls(intervalMs: number, deadlineMs: number, tookMs: number[] = []): number[] {
  const due: number[] = [];
  let at = nextPollAt(start, intervalMs, deadlineMs, start);
  while (at !== undefined && due.length < 100) {
    due.push(at - start);
    at = nextPollAt(start, intervalMs, deadlineMs, at + (tookMs[due.length - 1] ?? 0));
  }
  return due;
}

test('by default there are 60 polls, 30 s apart, the last at the deadline', () => {
  expect(polls(interval, halfAnHour)).toEqual(Array.from({ length: 60 }, (_, k) => (k + 1) * interval));
});

test('slow polls do not move the grid', () => {
  expect(polls(interval, 150_000, [29_999, 100, 12_345])).toEqual([30_000, 60_000, 90_000, 120_000, 150_000]);
});

test('a slot that passed during a poll is skipped, and so is one that came at its very end', () => {
  expect(polls(interval, 180_000, [70_000])).toEqual([30_000, 120_000, 150_000, 180_000]);
  expect(polls(interval, 120_000, [30_000])).toEqual([30_000, 90_000, 120_000]);
});

test('a deadline that is no multiple of the interval has a poll of its own', () => {
  expect(polls(interval, 100_000)).toEqual([30_000, 60_000, 90_000, 100_000]);
  expect(polls(interval, interval + 1)).toEqual([30_000, 30_001]);
});

test('an interval as long as the deadline makes one poll', () => {
  expect(polls(interval, interval)).toEqual([interval]);
});

test('a poll that lasts beyond the deadline is the last', () => {
  expect(polls(interval, 90_000, [75_000])).toEqual([30_000]);
});

test('at the deadline and after it no poll is due', () => {
  for (const late of [0, 1, halfAnHour])
    expect(nextPollAt(start, interval, halfAnHour, start + halfAnHour + late)).toBeUndefined();
});
