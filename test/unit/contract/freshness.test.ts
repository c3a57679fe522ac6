import { expect, test } from 'vitest';
import { isNeverRefreshed, refreshedAt } from '../../../src/contract/freshness.js';

test.each([
  ['2026-01-15T12:00:00.0000000', '2026-01-15T12:00:00.0000000Z'],
  ['2026-01-15T12:00:00.123456', '2026-01-15T12:00:00.123456Z'],
  ['2026-01-15T12:00:00', '2026-01-15T12:00:00Z'],
  ['2026-01-15T12:00:00Z', '2026-01-15T12:00:00Z'],
  ['2026-01-15T07:00:00-05:00', '2026-01-15T12:00:00.000Z'],
])('%s is UTC: %s', (lastRefresh, at) => {
  expect(refreshedAt(lastRefresh)).toBe(at);
  expect(isNeverRefreshed(lastRefresh)).toBe(false);
});

test.each(['0001-01-01T00:00:00', '0001-01-01T00:00:00.0000000', '0001-01-01T00:00:00Z'])(
  '%s is a login that was never refreshed',
  (lastRefresh) => {
    expect(refreshedAt(lastRefresh)).toBeUndefined();
    expect(isNeverRefreshed(lastRefresh)).toBe(true);
  },
);

test.each(['', 'yesterday', '2026-01-15', '15/01/2026 12:00', '2026-13-15T12:00:00', null, undefined, 7, {}])(
  '%j says nothing',
  (lastRefresh) => {
    expect(refreshedAt(lastRefresh)).toBeUndefined();
    expect(isNeverRefreshed(lastRefresh)).toBe(false);
  },
);
