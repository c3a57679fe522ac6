// Waits for a run that last: what they leave behind, and how they end.
import { getEventListeners } from 'node:events';
import type { Client } from '@temporalio/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AccountDetailsClient } from '../../../src/client.js';

const requestMs = 20_000;

/** Most listeners that one signal of the client has had. */
let most = 0;
let closed = false;

/** Behaves as the SDK: a request in 20 s, each with a listener more on the signal of its call, and one that ends it. */
function sdk(endsAfterMs: number): Client {
  let current: AbortSignal | undefined;
  const endsAt = Date.now() + endsAfterMs;
  const request = (signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, requestMs);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(new Error('1 CANCELLED'));
      });
      if (signal) most = Math.max(most, getEventListeners(signal, 'abort').length);
    });
  const handle = {
    describe: async () => ({ runId: 'run', status: { name: 'RUNNING' } }),
    async result() {
      const signal = current;
      while (Date.now() < endsAt) await request(signal);
      return { accounts: [] };
    },
  };
  return {
    workflow: { getHandle: (_id: string, runId?: string) => ({ ...handle, runId }) },
    async withAbortSignal(signal: AbortSignal, call: () => Promise<unknown>) {
      current = signal;
      return call();
    },
    withDeadline: (_at: number, call: () => Promise<unknown>) => call(),
    connection: { close: async () => void (closed = true) },
  } as unknown as Client;
}

beforeEach(() => {
  most = 0;
  closed = false;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const hour = 3_600_000;

test('a result that takes an hour comes, and no signal gathers listeners', async () => {
  const warn = vi.fn<(warning: Error) => void>();
  process.on('warning', warn);
  const caller = new AbortController();
  const waiting = new AccountDetailsClient(sdk(hour)).result('account-details-1', { signal: caller.signal });
  await vi.advanceTimersByTimeAsync(hour + requestMs);
  await expect(waiting).resolves.toEqual({ accounts: [] });
  expect(most).toBeLessThanOrEqual(10);
  expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  process.off('warning', warn);
  expect(warn).not.toHaveBeenCalled();
});

test('fifty waits by one signal end with it', async () => {
  const warn = vi.fn<(warning: Error) => void>();
  process.on('warning', warn);
  const client = new AccountDetailsClient(sdk(hour));
  const caller = new AbortController();
  const waits = Array.from({ length: 50 }, (_, n) => client.result(`run-${n}`, { signal: caller.signal }));
  const settled = Promise.allSettled(waits);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  caller.abort();
  for (const ended of await settled) expect(ended).toMatchObject({ reason: { code: 'WaitAborted' } });
  process.off('warning', warn);
  expect(warn).not.toHaveBeenCalled();
});

test('close does not wait for a run: it gives the wait up and closes', async () => {
  const client = new AccountDetailsClient(sdk(hour));
  const waiting = Promise.allSettled([client.result('account-details-1')]);
  await vi.advanceTimersByTimeAsync(60_000);
  const closing = client.close();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(closed).toBe(true);
  await closing;
  expect(await waiting).toMatchObject([{ reason: { code: 'WaitAborted' } }]);
  await expect(client.result('account-details-1')).rejects.toMatchObject({ code: 'WaitAborted' });
});
