import { LogTimestamp } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { sdkLogTime } from '../../../src/sdk-internals/log-time.js';

test('a line of the SDK carries its time. If not, its lines are logged a moment late, and out of order with ours', () => {
  expect(sdkLogTime({ [LogTimestamp]: 1_700_000_000_123_000_000n })).toBe(1_700_000_000_123);
  expect(sdkLogTime({})).toBeUndefined();
});
