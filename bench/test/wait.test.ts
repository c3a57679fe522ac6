import { expect, test } from 'vitest';
import { crossingOf, nextToTry } from '../crossing.js';
import { lateness, pollsWithin } from '../lateness.js';
import type { RecordedRequest } from '../../simulator/record.js';

const request = (endpoint: RecordedRequest['endpoint'], at: number, loginId = 'one'): RecordedRequest => ({
  at,
  endpoint,
  method: 'GET',
  loginId,
  headers: {},
  openAlongside: 0,
  status: 202,
  closedAt: at + 10,
});
const detail = request('GetAccountsDetail', 990);
const polls = (...times: number[]) => [detail, ...times.map((at) => request('GetAccountsDetailAsync', at))];
const always = { from: 0, to: 5_000 };

test('a poll’s lateness counts from its slot, however late the polls before it were', () => {
  expect(lateness(polls(2_300, 3_001, 4_005), 'slots', 1_000, always)).toEqual([300, 1, 5]);
});

test('a skipped slot is late until the next poll, and one that was never asked for is late for ever', () => {
  expect(lateness(polls(2_000, 4_200), 'slots', 1_000, always)).toEqual([0, 1_200, 200]);
  expect(lateness(polls(2_000), 'slots', 1_000, always)).toEqual([0, Infinity, Infinity]);
});

test('a poll before its slot shows that the first 202 was noted late; it is not a whole interval late', () => {
  expect(lateness(polls(1_995, 3_000, 4_000), 'slots', 1_000, always)).toEqual([0, 5, 5, Infinity]);
  expect(lateness(polls(2_700, 3_700), 'slots', 1_000, { from: 0, to: 4_000 })).toEqual([700, 700]);
});

test('only what was due in the window counts, and every run has slots of its own', () => {
  const other = [request('GetAccountsDetail', 1_490, 'two'), request('GetAccountsDetailAsync', 2_700, 'two')];
  const window = { from: 2_400, to: 3_200 };
  expect(lateness([...polls(2_000, 3_050, 4_000), ...other], 'slots', 1_000, window)).toEqual([50, 200]);
  expect(pollsWithin([...polls(2_000, 3_050, 4_000), ...other], window).map(({ at }) => at)).toEqual([3_050, 2_700]);
});

test('if each poll is due after the reply to the one before, lateness does not add up', () => {
  expect(lateness(polls(2_300, 3_310), 'afterReply', 1_000, { from: 0, to: 4_000 })).toEqual([300, 0]);
  expect(lateness(polls(2_000), 'afterReply', 1_000, { from: 0, to: 4_000 })).toEqual([0, Infinity]);
});

const point = (runs: number, p99: number) => ({ runs, lateness: { p99 } });

test('the number at which polls are late lies between the smallest that was late and the largest below it', () => {
  expect(crossingOf([point(1_000, 0.2), point(2_000, 0.9), point(4_000, 3), point(6_000, Infinity)])).toEqual({
    onTime: 2_000,
    late: 4_000,
  });
  expect(crossingOf([point(1_000, 0.2)])).toEqual({ onTime: 1_000 });
  expect(crossingOf([point(1_000, 1)])).toEqual({ late: 1_000 });
});

test('the search halves the gap until it is small enough, and doubles what was on time', () => {
  expect(nextToTry({ onTime: 2_000, late: 4_000 }, 250)).toBe(3_000);
  expect(nextToTry({ onTime: 2_750, late: 3_000 }, 250)).toBeUndefined();
  expect(nextToTry({ onTime: 1_000 }, 250)).toBe(2_000);
  expect(nextToTry({ late: 1_000 }, 250)).toBe(500);
  expect(nextToTry({ onTime: 4, late: 5 }, 0)).toBeUndefined();
});
