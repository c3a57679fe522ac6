// The server dies, the worker with it, or the network between any two of them goes away.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTemporalServer, type TemporalServer } from '../../dev/temporal-server.js';
import { requestsOf } from '../../simulator/record.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import type { AccountDetailsClient } from '../../src/client.js';
import type { Progress, Stage } from '../../src/contract.js';
import { clientAt } from '../support/client.js';
import { attend } from '../support/customer.js';
import { codeOf, judge, tally, together, unbroken } from '../support/invariants.js';
import { startTcpProxy, type Outage, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { startWorker, type WorkerProcess } from '../support/worker-process.js';
import { report } from '../support/promise.js';
import { sizes } from './size.js';

let folder: string;
let server: TemporalServer;
let simulator: Simulator;
let worker: WorkerProcess;
let client: AccountDetailsClient;
const network = new Map<string, TcpProxy>();

const serverPort = (): number => Number(server.address.split(':')[1]);
const serve = (port?: number): Promise<TemporalServer> =>
  startTemporalServer({ port, dbFilename: join(folder, 'temporal.db') });
const between = (two: string): TcpProxy => {
  const proxy = network.get(two);
  if (!proxy) throw new Error(`There is no network between ${two}.`);
  return proxy;
};
const work = (): Promise<WorkerProcess> =>
  startWorker(
    { address: between('worker and server').address },
    { url: `http://${between('worker and Flinks').address}`, keys: simulator.keys },
    {
      LOG_LEVEL: 'error',
      FLINKS_POLL_TIMEOUT: '5 seconds',
      FLINKS_AUTHORIZE_TIMEOUT: '30 seconds',
    },
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outages-'));
  [server, simulator] = await Promise.all([serve(), startSimulator()]);
  network.set('worker and server', await startTcpProxy(server.address));
  network.set('client and server', await startTcpProxy(server.address));
  network.set('worker and Flinks', await startTcpProxy(new URL(simulator.url).host));
  worker = await work();
  client = await clientAt(between('client and server').address);
});

afterAll(async () => {
  await client?.close();
  await worker?.stop();
  await Promise.all([...network.values()].map((proxy) => proxy.close()));
  await simulator?.close();
  await server?.stop();
  await rm(folder, { recursive: true });
});

interface Disaster {
  name: string;
  kills: number;
  /** Brings it about, and resolves when it is over. */
  strike(): Promise<void>;
}

const killed = async (ended: Promise<unknown>, kill: () => void): Promise<void> => {
  kill();
  await ended;
};

const disasters: Disaster[] = [
  {
    name: 'SIGKILL to the server',
    kills: 1,
    async strike() {
      const port = serverPort();
      await killed(server.ended, server.kill);
      server = await serve(port);
    },
  },
  {
    name: 'SIGKILL to server and worker',
    kills: 2,
    async strike() {
      const port = serverPort();
      await Promise.all([killed(server.ended, server.kill), killed(worker.ended, worker.kill)]);
      server = await serve(port);
      worker = await work();
    },
  },
  ...['worker and server', 'client and server', 'worker and Flinks'].flatMap((two) =>
    (['refused', 'silent', 'half-open'] as Outage[]).map((how) => ({
      name: `${two}: ${how} for ${sizes.outage} s`,
      kills: 0,
      async strike() {
        between(two).fail(how);
        await pause(sizes.outage * 1_000);
        between(two).mend();
      },
    })),
  ),
];

let n = 0;
const deadlineOf = ({ deadline }: Progress): string | undefined => deadline;

test.for(disasters)(
  '$name: runs that wait for an answer, for Flinks or in a call go on',
  { timeout: 600_000 },
  async (disaster, context) => {
    const { name, kills, strike } = disaster;
    const polling = { interval: '1 second', deadline: '5 minutes' };
    n++;
    const asked = {
      scenario: 'question-then-pending',
      loginId: loginIdFor('question-then-pending', n),
      live: true,
      mayBeUnknown: false,
    };
    const pending = { scenario: 'pending-for-ever', loginId: loginIdFor('pending-for-ever', n) };
    const calling = {
      scenario: 'twenty-accounts',
      loginId: loginIdFor('twenty-accounts', n),
      live: true,
      mayBeUnknown: true,
    };
    simulator.inject({
      endpoint: 'Authorize',
      loginId: calling.loginId,
      fault: { kind: 'slow-first-byte', delayMs: 3_000 },
    });
    const start = async ({ loginId, live = false }: { loginId: string; live?: boolean }): Promise<string> =>
      (await client.start({ login: { loginId }, mode: live ? 'live' : 'cached', polling })).workflowId;
    const reaches = (workflowId: string, stage: Stage): Promise<Progress> =>
      until(`${workflowId} is in ${stage}`, async () => {
        const progress = await client.progress(workflowId);
        return progress.stage === stage && progress;
      });

    const [askedId, pendingId] = await Promise.all([start(asked), start(pending)]);
    const before = [await reaches(askedId, 'awaitingAnswers'), await reaches(pendingId, 'waitingForFlinks')];
    const callingId = await start(calling);
    await until('the bank is called', () =>
      requestsOf(simulator.requests, calling.loginId).find(({ endpoint }) => endpoint === 'Authorize'),
    );

    await strike();
    const overAt = Date.now();
    const pollsSoFar = requestsOf(simulator.requests, pending.loginId).length;
    // The customer has waited through all of it: nothing was asked anew, and no deadline was moved.
    const progressOf = (workflowId: string): Promise<Progress> =>
      until(`${workflowId} answers`, () => client.progress(workflowId).catch(() => undefined), { withinMs: 120_000 });
    const after = [await progressOf(askedId), await progressOf(pendingId)];
    expect(after.map(deadlineOf)).toEqual(before.map(deadlineOf));
    expect(after[0]).toEqual(before[0]);
    await until('polls go on', () => requestsOf(simulator.requests, pending.loginId).length > pollsSoFar, {
      withinMs: 120_000,
    });
    const recovery = Date.now() - overAt;

    const [askedEnd, callingEnd] = await Promise.all([
      attend(client, askedId, asked.scenario),
      attend(client, callingId, calling.scenario),
    ]);
    const connection = await Connection.connect({ address: server.address });
    await connection.workflowService.requestCancelWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: pendingId },
    });
    await connection.close();
    const pendingEnd = await attend(client, pendingId, pending.scenario);
    const of = (loginId: string) => requestsOf(simulator.requests, loginId);
    const verdict = together([
      judge(asked, askedEnd, of(asked.loginId)),
      judge(calling, callingEnd, of(calling.loginId)),
      codeOf(pendingEnd) === 'Cancelled' ? unbroken : { ...unbroken, lost: [`${pendingId}: ${codeOf(pendingEnd)}`] },
    ]);
    report(context, {
      promise: name,
      cases: 3,
      kills,
      ...tally(verdict),
      slowestRecoveryMs: recovery,
      note: `a live login under way: ${codeOf(callingEnd)}`,
    });
    expect(verdict).toEqual(unbroken);
  },
);
