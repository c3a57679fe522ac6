import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TemporalServer } from '../../dev/temporal-server.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import { AccountDetailsClient } from '../../src/client.js';
import { accountDetailsWorkflowId } from '../../src/contract.js';
import type { PriorityOptions } from '../../src/client/priority.js';
import { testConverter } from '../support/encryption.js';
import { devServer } from '../support/servers.js';
import { until } from '../support/until.js';
import { startWorker, type WorkerProcess } from '../support/worker-process.js';

let server: TemporalServer;
let simulator: Simulator;
let temporal: Client;
let client: AccountDetailsClient;

beforeAll(async () => {
  [server, simulator] = await Promise.all([devServer(), startSimulator()]);
  const connection = await Connection.connect({ address: server.address });
  temporal = new Client({ connection, dataConverter: testConverter() });
  client = new AccountDetailsClient(temporal);
});

afterAll(async () => {
  await client?.close();
  await simulator?.close();
  await server?.stop();
});

let n = 0;

/** Starts this many runs with this priority. Returns their LoginIds. */
async function start(count: number, options: PriorityOptions): Promise<string[]> {
  const loginIds = Array.from({ length: count }, () => loginIdFor('one-account', ++n));
  for (const loginId of loginIds) await client.start({ login: { loginId } }, options);
  return loginIds;
}

const ended = (loginIds: string[]): Promise<unknown> =>
  Promise.all(loginIds.map((loginId) => client.result(accountDetailsWorkflowId(loginId))));

/** Holds the worker's only slot while `begin` starts runs, until each of them waits for it. */
async function whileBusy(begin: () => Promise<string[]>): Promise<void> {
  const loginId = loginIdFor('one-account', ++n);
  simulator.inject({ endpoint: 'Authorize', loginId, fault: { kind: 'stall-in-body' } });
  const { workflowId } = await client.start({ login: { loginId }, mode: 'live' });
  await until('the slot is taken', () => simulator.requests.some((request) => request.loginId === loginId));
  const waiting = await begin();
  for (const one of waiting)
    await until('its first activity is queued', async () => {
      const { raw } = await temporal.workflow.getHandle(accountDetailsWorkflowId(one)).describe();
      return raw.pendingActivities?.length === 1;
    });
  await client.cancel(workflowId);
}

/** The order in which runs got to the front of the queue, by their first call that waits in it: one letter for each run. */
const order = (groups: Record<string, string[]>): string =>
  simulator.requests
    .filter(({ endpoint, loginId = '' }) =>
      // A run without a priority opens its session and lists its accounts by short calls, which wait in no queue.
      groups['none']?.includes(loginId) ? endpoint === 'GetAccountsDetail' : endpoint === 'Authorize',
    )
    .map(
      ({ loginId = '' }) => Object.entries(groups).find(([, loginIds]) => loginIds.includes(loginId))?.[0]?.[0] ?? '',
    )
    .join('');

let busy: WorkerProcess | undefined;

afterAll(() => busy?.stop());

test('of the runs that wait for a slot, interactive ones go first, then those without a priority, then batch ones, whenever they were started', async () => {
  busy = await startWorker(server, simulator, { WORKER_MAX_CONCURRENT_ACTIVITIES: '1' });
  const groups: Record<string, string[]> = {};
  await whileBusy(async () => {
    groups['batch'] = await start(5, { priority: 'batch' });
    groups['none'] = await start(2, {});
    groups['interactive'] = await start(2, { priority: 'interactive' });
    return Object.values(groups).flat();
  });
  await ended(Object.values(groups).flat());
  // One batch run may have been handed over before the others came.
  expect(order(groups)).toMatch(/^b?iinnb+$/);
});

test('a tenant with few runs does not wait for all runs of a tenant with many', async () => {
  const groups: Record<string, string[]> = {};
  await whileBusy(async () => {
    groups['Many'] = await start(10, { tenant: 'many' });
    groups['few'] = await start(2, { tenant: 'few' });
    return Object.values(groups).flat();
  });
  await ended(Object.values(groups).flat());
  expect(order(groups)).toMatch(/^M{0,2}fM{0,2}fM+$/);
  await busy?.stop();
});

test('all calls together stay within the rate, though everything waits at once', async () => {
  const rate = 10;
  const loginIds = await start(8, {});
  const from = simulator.requests.length;
  const worker = await startWorker(server, simulator, { FLINKS_MAX_CALLS_PER_SECOND: String(rate) });
  await ended(loginIds);
  await worker.stop();

  const times = simulator.requests.slice(from).map(({ at }) => at);
  expect(times).toHaveLength(8 * 4);
  // Three activities of each run at half the rate, but for what a second holds at the beginning.
  const activitiesPerSecond = rate / 2;
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
  expect(seconds).toBeGreaterThan((8 * 3 - activitiesPerSecond) / activitiesPerSecond - 0.5);
  const inOneSecond = times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length);
  expect(Math.max(...inOneSecond)).toBeLessThanOrEqual(2 * rate + 2);
});
