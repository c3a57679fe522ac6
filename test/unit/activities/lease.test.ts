import type { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { leaseOf, type Lease } from '../../../src/activities/lease.js';

const second = 1_000;
const never = new Promise<never>(() => undefined);

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A call in an activity of which Temporal, in its way, confirms the heartbeats. */
function callWith(confirms: () => Promise<unknown>, heartbeatTimeoutMs: number | null = 10 * second) {
  const recordActivityTaskHeartbeat = vi.fn<(request: object) => Promise<unknown>>(confirms);
  const withDeadline = vi.fn<(at: number, ask: () => Promise<unknown>) => Promise<unknown>>((_, ask) => ask());
  const context = {
    info: {
      heartbeatTimeoutMs: heartbeatTimeoutMs ?? undefined,
      base64TaskToken: Buffer.from('token of the task').toString('base64'),
      namespace: 'ours',
    },
    client: { withDeadline, workflowService: { recordActivityTaskHeartbeat }, options: { identity: 'worker-1' } },
  };
  return { lease: leaseOf(context as unknown as Context), asked: recordActivityTaskHeartbeat, withDeadline };
}

/** Lets so many seconds pass, and looks every second as a call does. */
async function pass(lease: Lease, seconds: number): Promise<void> {
  for (let n = 0; n < seconds; n++) {
    await vi.advanceTimersByTimeAsync(second);
    lease.check();
  }
}

const confirmed = () => Promise.resolve({});
const lateBy = (seconds: number) => () => new Promise((resolve) => setTimeout(resolve, seconds * second));

test('a call goes on for as long as Temporal confirms its heartbeats', async () => {
  const { lease, asked, withDeadline } = callWith(confirmed);
  await pass(lease, 225);
  expect(lease.signal.aborted).toBe(false);
  expect(asked).toHaveBeenCalledWith({
    namespace: 'ours',
    taskToken: Buffer.from('token of the task'),
    identity: 'worker-1',
  });
  expect(asked.mock.calls.length).toBeLessThanOrEqual(225 / 2);
  // Its own time-out, so that a connection that is silent for good is asked again.
  expect(withDeadline.mock.lastCall?.[0]).toBeLessThanOrEqual(Date.now() + 2 * second);
});

test.each([
  ['refuses to confirm', () => Promise.reject(new Error('unavailable'))],
  ['says nothing at all', () => never],
])('a call of which Temporal %s is hung up two seconds before Temporal gives it away', async (_, confirms) => {
  const { lease } = callWith(confirms);
  await pass(lease, 8);
  expect(lease.signal.aborted).toBe(false);
  await pass(lease, 1);
  expect(lease.signal.aborted).toBe(true);
  const reason: unknown = lease.signal.reason;
  expect(reason).toBeInstanceOf(ApplicationFailure);
  // The next worker may make it again, where that is harmless.
  expect(reason).toMatchObject({ type: 'TemporalUnreachable', nonRetryable: false });
});

test('a confirmation counts from when it was asked for, and not from when it came', async () => {
  const { lease, asked } = callWith(() => never);
  asked.mockImplementationOnce(lateBy(5));
  // Asked for after 2 s, here after 7 s: Temporal has heard of the call 2 s after its beginning, and of no more.
  await pass(lease, 10);
  expect(lease.signal.aborted).toBe(false);
  await pass(lease, 1);
  expect(lease.signal.aborted).toBe(true);
});

test('one lost confirmation does not hang up', async () => {
  const { lease, asked } = callWith(confirmed);
  asked.mockRejectedValueOnce(new Error('unavailable'));
  await pass(lease, 60);
  expect(lease.signal.aborted).toBe(false);
});

test('no second confirmation is asked for while the first is under way', async () => {
  const { lease, asked } = callWith(lateBy(4));
  await pass(lease, 5);
  expect(asked).toHaveBeenCalledTimes(1);
  await pass(lease, 20);
  expect(lease.signal.aborted).toBe(false);
  expect(asked.mock.calls.length).toBeLessThanOrEqual(6);
});

test('a clock that is set while a call goes on hangs up nothing', async () => {
  const { lease } = callWith(confirmed);
  await pass(lease, 1);
  vi.setSystemTime(Date.now() + 3_600 * second);
  await pass(lease, 10);
  vi.setSystemTime(Date.now() - 7_200 * second);
  await pass(lease, 10);
  expect(lease.signal.aborted).toBe(false);
});

test('a call without a heartbeat time-out is never hung up for silence', async () => {
  const { lease, asked } = callWith(() => never, null);
  await pass(lease, 225);
  expect(lease.signal.aborted).toBe(false);
  expect(asked).not.toHaveBeenCalled();
});
