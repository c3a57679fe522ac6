// One of two workers loses the server while it calls Flinks. The other takes its work over.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TemporalServer } from '../../dev/temporal-server.js';
import type { Endpoint } from '../../simulator/endpoints.js';
import { requestsOf } from '../../simulator/record.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import type { AccountDetailsClient } from '../../src/client.js';
import { clientAt } from '../support/client.js';
import { codeOf, endOf } from '../support/invariants.js';
import { devServer } from '../support/servers.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { startWorker, type WorkerProcess } from '../support/worker-process.js';
import { report } from '../support/promise.js';

let server: TemporalServer;
let simulator: Simulator;
let client: AccountDetailsClient;
let proxy: TcpProxy;
let workers: WorkerProcess[] = [];

beforeAll(async () => {
  [server, simulator] = await Promise.all([devServer(), startSimulator()]);
  proxy = await startTcpProxy(server.address);
  client = await clientAt(server.address);
});

afterAll(async () => {
  await client?.close();
  await Promise.all(workers.map((worker) => worker.stop()));
  await proxy?.close();
  await simulator?.close();
  await server?.stop();
});

const calls: { endpoint: Endpoint; mode: 'cached' | 'live' }[] = [
  { endpoint: 'Authorize', mode: 'cached' },
  { endpoint: 'Authorize', mode: 'live' },
  { endpoint: 'GetAccountsDetailAsync', mode: 'cached' },
];

test(
  'a call of a worker that lost the server is hung up before another worker takes it over',
  { timeout: 300_000 },
  async (context) => {
    const cut = await startWorker(proxy, simulator);
    workers = [cut];
    const scenario = 'pending-5-polls';
    const runs = await Promise.all(
      calls.map(async ({ endpoint, mode }, index) => {
        const loginId = loginIdFor(scenario, index + 1);
        simulator.inject({ endpoint, loginId, fault: { kind: 'slow-first-byte', delayMs: 60_000 } });
        const polling = { interval: '1 second', deadline: '2 minutes' };
        const { workflowId } = await client.start({ login: { loginId }, mode, polling });
        const held = await until(`${endpoint} is held`, () =>
          requestsOf(simulator.requests, loginId).find((one) => one.endpoint === endpoint && one.fault !== undefined),
        );
        return { endpoint, mode, loginId, workflowId, held };
      }),
    );
    workers.push(await startWorker(server, simulator));
    proxy.fail('refused');
    const cutAt = Date.now();
    const ends = await Promise.all(runs.map(({ workflowId }) => endOf(client, workflowId)));
    proxy.mend();
    expect(ends.map(codeOf)).toEqual(['completed', 'LoginOutcomeUnknown', 'completed']);
    const overlaps = runs.flatMap(({ loginId }) =>
      requestsOf(simulator.requests, loginId).filter(({ openAlongside }) => openAlongside > 0),
    );
    const hungUp = runs.map(({ held }) => (held.closedAt ?? Number.POSITIVE_INFINITY) - cutAt);
    report(context, {
      promise: 'a worker cut off from the server hangs up before another takes over',
      cases: runs.length,
      kills: 0,
      lost: 0,
      doubled: overlaps.length,
      stuck: 0,
      slowestRecoveryMs: Math.max(...hungUp),
    });
    expect(overlaps).toEqual([]);
    expect(Math.max(...hungUp)).toBeLessThan(15_000);
  },
);
