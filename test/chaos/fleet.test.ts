// A fleet of four workers that loses one every five seconds.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TemporalServer } from '../../dev/temporal-server.js';
import type { Endpoint } from '../../simulator/endpoints.js';
import { requestsOf } from '../../simulator/record.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import type { AccountDetailsClient } from '../../src/client.js';
import { clientAt } from '../support/client.js';
import { answerOnce } from '../support/customer.js';
import { codeOf, endOf, judge, tally, together, unbroken } from '../support/invariants.js';
import { devServer } from '../support/servers.js';
import { startWorker, type WorkerProcess } from '../support/worker-process.js';
import { report } from '../support/promise.js';
import { sizes } from './size.js';

let server: TemporalServer;
let simulator: Simulator;
let client: AccountDetailsClient;
let workers: WorkerProcess[] = [];

beforeAll(async () => {
  [server, simulator] = await Promise.all([devServer(), startSimulator()]);
  client = await clientAt(server.address);
  workers = await Promise.all(Array.from({ length: 4 }, work));
  // A bank takes its time, so that a worker that dies leaves logins, answers and Details under way.
  const slowed = { Authorize: 2_000, GetAccountsSummary: 500, GetAccountsDetail: 1_000 };
  for (const [endpoint, delayMs] of Object.entries(slowed) as [Endpoint, number][])
    simulator.inject({ endpoint, times: 'always', fault: { kind: 'slow-first-byte', delayMs } });
});

afterAll(async () => {
  await client?.close();
  await Promise.all(workers.map((worker) => worker.stop()));
  await simulator?.close();
  await server?.stop();
});

const work = (): Promise<WorkerProcess> => startWorker(server, simulator, { LOG_LEVEL: 'error' });

const kinds = [
  { scenario: 'one-account', live: false },
  { scenario: 'question-then-pending', live: false },
  { scenario: 'pending-5-polls', live: false },
  { scenario: 'plain', live: true },
  { scenario: 'two-rounds', live: true },
] as const;

test(
  'a fleet of four workers that loses one every five seconds brings every run to its end',
  { timeout: 1_200_000 },
  async (context) => {
    const runs = Array.from({ length: sizes.fleetRuns }, (_, index) => {
      const kind = kinds[index % kinds.length] ?? kinds[0];
      return { ...kind, loginId: loginIdFor(kind.scenario, index + 1) };
    });
    const open = new Map<string, string>();
    const over = new AbortController();
    let kills = 0;
    const killing = (async () => {
      while (!over.signal.aborted) {
        await pause(5_000, undefined, { signal: over.signal }).catch(() => undefined);
        if (over.signal.aborted) return;
        workers.shift()?.kill();
        kills++;
        workers.push(await work());
      }
    })();
    const answering = (async () => {
      while (!over.signal.aborted) {
        for await (const { workflowId } of client.list({ stage: 'awaitingAnswers', limit: 1_000 })) {
          const scenario = open.get(workflowId);
          if (scenario !== undefined) await answerOnce(client, workflowId, scenario);
        }
        await pause(200);
      }
    })();

    let slowest = 0;
    const waiting = [...runs];
    const verdicts: ReturnType<typeof judge>[] = [];
    const codes = new Map<string, number>();
    const lane = async (): Promise<void> => {
      for (let run = waiting.shift(); run; run = waiting.shift()) {
        const { scenario, loginId, live } = run;
        const startedAt = Date.now();
        const { workflowId } = await client.start({
          login: { loginId },
          mode: live ? 'live' : 'cached',
          polling: { interval: '1 second', deadline: '3 minutes' },
        });
        open.set(workflowId, scenario);
        const ended = await endOf(client, workflowId, 240_000);
        open.delete(workflowId);
        slowest = Math.max(slowest, Date.now() - startedAt);
        const code = codeOf(ended);
        codes.set(code, (codes.get(code) ?? 0) + 1);
        // Two rounds: a live login or an answer may have been under way when its worker was killed.
        const mayBeUnknown = live || scenario === 'question-then-pending';
        verdicts.push(judge({ scenario, loginId, live, mayBeUnknown }, ended, requestsOf(simulator.requests, loginId)));
      }
    };
    // So many at once that a run that is hit stands beside others that go on.
    await Promise.all(Array.from({ length: 20 }, lane));
    over.abort();
    await Promise.all([killing, answering]);
    const verdict = together(verdicts);
    report(context, {
      promise: 'fleet of four, one killed every 5 s',
      cases: runs.length,
      kills,
      ...tally(verdict),
      slowestRecoveryMs: slowest,
      note: `${[...codes].map(([code, count]) => `${count} ${code}`).join(', ')}; recovery is the longest run's whole time`,
    });
    expect(verdict).toEqual(unbroken);
    expect(kills).toBeGreaterThan(0);
  },
);
