// A run is cancelled at a random moment within a slow call, at each step, and started anew at once. SEED repeats the plans of
// a run, CHAOS_CANCELS says how many.
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TemporalServer } from '../../dev/temporal-server.js';
import { requestsOf } from '../../simulator/record.js';
import { loginIdFor, startSimulator, type FaultRule, type Simulator } from '../../simulator/server.js';
import { AccountDetailsClient } from '../../src/client.js';
import { breachesOf } from '../support/breaches.js';
import { attend } from '../support/customer.js';
import { testConverter } from '../support/encryption.js';
import { codeOf, tally, together, unbroken, type Verdict } from '../support/invariants.js';
import { devServer } from '../support/servers.js';
import { until } from '../support/until.js';
import { startWorker, type WorkerProcess } from '../support/worker-process.js';
import { report } from '../support/promise.js';

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const numRuns = Number(process.env['CHAOS_CANCELS'] ?? (process.env['CHAOS_SIZE'] === 'small' ? 40 : 200));

let server: TemporalServer;
let simulator: Simulator;
let temporal: Client;
let client: AccountDetailsClient;
let worker: WorkerProcess;

beforeAll(async () => {
  [server, simulator] = await Promise.all([devServer(), startSimulator()]);
  const connection = await Connection.connect({ address: server.address });
  temporal = new Client({ connection, dataConverter: testConverter() });
  client = new AccountDetailsClient(temporal);
  worker = await startWorker(server, simulator, { LOG_LEVEL: 'error' });
});

afterAll(async () => {
  await client?.close();
  await worker?.stop();
  await simulator?.close();
  await server?.stop();
});

interface Slow {
  scenario: string;
  live?: true;
  at: Pick<FaultRule, 'endpoint' | 'answer' | 'nth'>;
}

const calls: Slow[] = [
  { scenario: 'plain', at: { endpoint: 'Authorize' } },
  { scenario: 'plain', live: true, at: { endpoint: 'Authorize' } },
  { scenario: 'question', live: true, at: { endpoint: 'Authorize', answer: true } },
  { scenario: 'plain', at: { endpoint: 'GetAccountsSummary' } },
  { scenario: 'summary-pending-1-poll', at: { endpoint: 'GetAccountsSummaryAsync' } },
  { scenario: 'plain', live: true, at: { endpoint: 'GetAccountsDetail' } },
  { scenario: 'pending-2-polls', at: { endpoint: 'GetAccountsDetailAsync' } },
  { scenario: 'pending-2-polls', at: { endpoint: 'GetAccountsDetailAsync', nth: 2 } },
];

const plans = fc.record({
  call: fc.constantFrom(...calls),
  kind: fc.constantFrom('slow-first-byte', 'stall-in-body'),
  /** A short call that takes too long is made again, and may be slow again. */
  times: fc.constantFrom(1, 2),
  // Up to far more than the 5 s, so that a call which ends by itself is no help.
  slowMs: fc.integer({ min: 500, max: 15_000 }),
  /** When the run is cancelled, as a share of the slow call; after 1 it has been answered. */
  at: fc.double({ min: 0, max: 1.1, noNaN: true }),
});
type Plan = typeof plans extends fc.Arbitrary<infer T> ? T : never;

const polling = { interval: '1 second', deadline: '1 minute' };

/** Cancels a run as planned, and says what it broke of its promises. */
async function cancelled(
  { call, kind, times, slowMs, at }: Plan,
  n: number,
): Promise<Verdict & { code: string; tookMs: number }> {
  const { scenario, live = false } = call;
  const loginId = loginIdFor(scenario, n);
  const fault = { kind, delayMs: slowMs } as FaultRule['fault'];
  simulator.inject({ ...call.at, loginId, fault, ...(call.at.nth === undefined && { times }) });
  const input = { login: { loginId }, polling };
  const { workflowId, runId } = await client.start({ ...input, mode: live ? 'live' : 'cached' });
  const handle = temporal.workflow.getHandle(workflowId, runId);
  const ending = attend(client, workflowId, scenario);
  const requests = () => requestsOf(simulator.requests, loginId);
  await until(`${call.at.endpoint} is slow`, () => requests().some((one) => one.fault === kind));
  await pause(at * slowMs);
  const askedAt = Date.now();
  await handle.cancel().catch(() => undefined);
  const code = codeOf(await ending);
  const { closeTime } = await handle.describe();
  const closedAt = closeTime?.getTime() ?? Number.NaN;
  const first = requests();
  const { events } = await handle.fetchHistory();
  const told = events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes);

  // The next run begins in the very moment in which the first one has closed.
  const again = await client.start({ ...input, mode: 'cached' });
  const next = codeOf(await attend(client, again.workflowId, scenario));
  // The worker hangs up before it says so, and the simulator hears of its socket a moment later.
  const outlived = first.filter(
    (one) => one.closedAt === undefined || one.closedAt > closedAt + 250 || one.at > closedAt,
  );
  return {
    code,
    tookMs: closedAt - askedAt,
    lost: [
      // A run that had ended before it was told has completed.
      ...(code === 'Cancelled' || (code === 'completed' && !told) ? [] : [`ended as ${code}`]),
      ...(next === 'completed' ? [] : [`the next run ended as ${next}`]),
    ],
    doubled: [
      ...outlived.map(({ endpoint }) => `${endpoint} outlived its run`),
      ...breachesOf(requests(), { liveLogins: live ? 1 : 0 }),
    ],
    stuck: closedAt - askedAt < 5_000 ? [] : [`closed after ${closedAt - askedAt} ms`],
  };
}

test(
  `a run cancelled at any moment of a slow call is closed within 5 s, and the next one finds nothing of it: SEED=${seed}`,
  { timeout: 60_000 + numRuns * 10_000 },
  async (context) => {
    const waiting = fc.sample(plans, { seed, numRuns }).entries();
    const ended: Record<string, number> = {};
    const verdicts: Verdict[] = [];
    let slowest = 0;
    const lane = async (): Promise<void> => {
      for (const [index, plan] of waiting) {
        const { code, tookMs, ...broken } = await cancelled(plan, index + 1);
        ended[code] = (ended[code] ?? 0) + 1;
        slowest = Math.max(slowest, tookMs);
        const named = (what: string): string => `${JSON.stringify(plan)}: ${what}`;
        const { lost, doubled, stuck } = broken;
        verdicts.push({ lost: lost.map(named), doubled: doubled.map(named), stuck: stuck.map(named) });
      }
    };
    await Promise.all(Array.from({ length: 6 }, lane));
    const verdict = together(verdicts);
    report(context, {
      promise: 'cancelled within a slow call, and started anew',
      cases: numRuns,
      kills: 0,
      ...tally(verdict),
      slowestRecoveryMs: slowest,
      note: `SEED=${seed}; ${JSON.stringify(ended)}`,
    });
    expect(verdict).toEqual(unbroken);
    expect(simulator.requests.filter(({ closedAt }) => closedAt === undefined)).toEqual([]);
  },
);
