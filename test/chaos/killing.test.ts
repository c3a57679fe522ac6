// SIGKILL to the worker at every event of a run, and cancelling at every event.
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TemporalServer } from '../../dev/temporal-server.js';
import type { Endpoint } from '../../simulator/endpoints.js';
import { requestsOf } from '../../simulator/record.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import { AccountDetailsClient } from '../../src/client.js';
import { attend } from '../support/customer.js';
import { testConverter } from '../support/encryption.js';
import { historyReaches } from '../support/history-length.js';
import { codeOf, judge, tally, together, unbroken } from '../support/invariants.js';
import { createNamespace } from '../support/namespaces.js';
import { devServer } from '../support/servers.js';
import { startWorker } from '../support/worker-process.js';
import { report } from '../support/promise.js';
import { sizes } from './size.js';

const scenario = 'question-then-pending';
const polling = { interval: '1 second', deadline: '2 minutes' };
const atOnce = 3;

let server: TemporalServer;
let simulator: Simulator;
let connection: Connection;

beforeAll(async () => {
  [server, simulator] = await Promise.all([devServer(), startSimulator()]);
  connection = await Connection.connect({ address: server.address });
  // Slow enough that a moment chosen by the history falls into calls that are under way.
  const slowed: Endpoint[] = [
    'GenerateAuthorizeToken',
    'Authorize',
    'GetAccountsSummary',
    'GetAccountsDetail',
    'GetAccountsDetailAsync',
  ];
  for (const endpoint of slowed)
    simulator.inject({ endpoint, times: 'always', fault: { kind: 'slow-first-byte', delayMs: 300 } });
});

afterAll(async () => {
  await connection?.close();
  await simulator?.close();
  await server?.stop();
});

const clientOf = (namespace: string): { temporal: Client; client: AccountDetailsClient } => {
  const temporal = new Client({ connection, namespace, dataConverter: testConverter(namespace) });
  return { temporal, client: new AccountDetailsClient(temporal) };
};

/** How many events a run has to which nothing happens, and by which of them its calls begin. */
let events = 0;
let callsBegin: number[] = [];
let n = 0;

/** The moments to strike: every so-manieth event, and always the ones that put a call under way. */
const momentsUpTo = (last: number): number[] => {
  const stepped = Array.from({ length: Math.ceil((last - 2) / sizes.eventStep) }, (_, i) => 2 + i * sizes.eventStep);
  return [...new Set([...stepped, ...callsBegin])].toSorted((one, other) => one - other);
};

test('a run to which nothing happens, to count its events', async () => {
  await createNamespace(connection, 'calm');
  const worker = await startWorker(server, simulator, { TEMPORAL_NAMESPACE: 'calm' });
  const { temporal, client } = clientOf('calm');
  const loginId = loginIdFor(scenario, ++n);
  const { workflowId } = await client.start({ login: { loginId }, mode: 'live', polling });
  const ended = await attend(client, workflowId, scenario);
  await worker.stop();
  expect(judge({ scenario, loginId, live: true }, ended, requestsOf(simulator.requests, loginId))).toEqual(unbroken);
  const { events: history } = await temporal.workflow.getHandle(workflowId).fetchHistory();
  events = history?.length ?? 0;
  // Short calls are made within a workflow task, and their markers name its end.
  const tasksWithCalls = (history ?? []).flatMap(({ markerRecordedEventAttributes: marker }) =>
    marker?.markerName === 'core_local_activity' ? [Number(marker.workflowTaskCompletedEventId)] : [],
  );
  callsBegin = (history ?? []).flatMap((event, index) => {
    const task = event.workflowTaskStartedEventAttributes && tasksWithCalls.includes(Number(event.eventId) + 1);
    return task || event.activityTaskScheduledEventAttributes ? [index + 1] : [];
  });
  expect(callsBegin.length).toBeGreaterThan(4);
  expect(events).toBeGreaterThan(40);
});

test.for(['cached', 'live'] as const)(
  'a worker killed at any event of a %s run loses nothing, repeats nothing and holds nothing up',
  { timeout: 3_000_000 },
  async (mode, context) => {
    const live = mode === 'live';
    const moments = momentsUpTo(events);
    const codes = new Map<string, number>();
    let slowest = 0;
    const verdicts = await inLanes(atOnce, moments, async (moment) => {
      const namespace = `${mode}-${moment}`;
      await createNamespace(connection, namespace);
      const { temporal, client } = clientOf(namespace);
      const variables = { TEMPORAL_NAMESPACE: namespace };
      const loginId = loginIdFor(scenario, ++n);
      let worker = await startWorker(server, simulator, variables);
      try {
        const { workflowId } = await client.start({ login: { loginId }, mode, polling });
        const ending = attend(client, workflowId, scenario);
        const reached = await historyReaches(temporal, workflowId, moment);
        worker.kill();
        await worker.ended;
        const from = simulator.requests.length;
        worker = await startWorker(server, simulator, variables);
        const backAt = Date.now();
        await historyReaches(temporal, workflowId, reached + 1);
        slowest = Math.max(slowest, Date.now() - backAt);
        const ended = await ending;
        const code = codeOf(ended);
        codes.set(code, (codes.get(code) ?? 0) + 1);
        expect(simulator.requests.length).toBeGreaterThanOrEqual(from);
        return judge({ scenario, loginId, live, mayBeUnknown: true }, ended, requestsOf(simulator.requests, loginId));
      } finally {
        await worker.stop();
      }
    });
    const verdict = together(verdicts);
    report(context, {
      promise: `worker killed at every event, ${mode}`,
      cases: moments.length,
      kills: moments.length,
      ...tally(verdict),
      slowestRecoveryMs: slowest,
      note: counted(codes),
    });
    expect(verdict).toEqual(unbroken);
  },
);

test(
  'a run cancelled at any event is closed within 5 s, and no request outlives it',
  { timeout: 1_200_000 },
  async (context) => {
    await createNamespace(connection, 'cancelled');
    const { temporal, client } = clientOf('cancelled');
    const worker = await startWorker(server, simulator, { TEMPORAL_NAMESPACE: 'cancelled' });
    const moments = momentsUpTo(events - 2);
    const codes = new Map<string, number>();
    let slowest = 0;
    const broken = await inLanes(4, moments, async (moment) => {
      const loginId = loginIdFor(scenario, ++n);
      const { workflowId } = await client.start({ login: { loginId }, mode: 'live', polling });
      const handle = temporal.workflow.getHandle(workflowId);
      const ending = attend(client, workflowId, scenario);
      await historyReaches(temporal, workflowId, moment);
      const askedAt = Date.now();
      await handle.cancel().catch(() => undefined);
      const ended = await ending;
      const { closeTime } = await handle.describe();
      const closedAt = closeTime?.getTime() ?? Number.NaN;
      slowest = Math.max(slowest, closedAt - askedAt);
      const requests = requestsOf(simulator.requests, loginId);
      const outlived = requests.filter(
        (one) => one.closedAt === undefined || one.closedAt > closedAt + 250 || one.at > closedAt,
      );
      const code = codeOf(ended);
      codes.set(code, (codes.get(code) ?? 0) + 1);
      const { events: history } = await handle.fetchHistory();
      const told = history?.some(({ workflowExecutionCancelRequestedEventAttributes: requested }) => requested);
      return {
        // A run that had ended before it was told has completed.
        lost: code === 'Cancelled' || (code === 'completed' && !told) ? [] : [`${moment}: ${code}`],
        doubled: outlived.map(({ endpoint }) => `${moment}: ${endpoint} outlived its run`),
        stuck: closedAt - askedAt < 5_000 ? [] : [`${moment}: closed after ${closedAt - askedAt} ms`],
      };
    });
    await worker.stop();
    const verdict = together(broken);
    report(context, {
      promise: 'cancelled at every event',
      cases: moments.length,
      kills: 0,
      ...tally(verdict),
      slowestRecoveryMs: slowest,
    });
    expect(verdict).toEqual(unbroken);
  },
);

const counted = (codes: Map<string, number>): string =>
  [...codes].map(([code, count]) => `${count} ${code}`).join(', ');

/** Works through all of them, so many at the same time. */
async function inLanes<T, R>(lanes: number, all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const waiting = [...all];
  const results: R[] = [];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results.push(await work(next));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
