// A small part of test/chaos, so that no change can break what that promises and go unseen.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTemporalServer, type TemporalServer } from '../../dev/temporal-server.js';
import { requestsOf } from '../../simulator/record.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import type { AccountDetailsClient } from '../../src/client.js';
import type { Progress, Stage } from '../../src/contract.js';
import { clientAt } from '../support/client.js';
import { attend } from '../support/customer.js';
import { codeOf, judge, unbroken } from '../support/invariants.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { startWorker, type WorkerProcess } from '../support/worker-process.js';

let folder: string;
let server: TemporalServer;
let simulator: Simulator;
let toServer: TcpProxy;
let worker: WorkerProcess;
let client: AccountDetailsClient;

const serve = (port?: number): Promise<TemporalServer> =>
  startTemporalServer({ port, dbFilename: join(folder, 'temporal.db') });
const work = (): Promise<WorkerProcess> => startWorker(toServer, simulator, { LOG_LEVEL: 'error' });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outages-'));
  [server, simulator] = await Promise.all([serve(), startSimulator()]);
  toServer = await startTcpProxy(server.address);
  worker = await work();
  client = await clientAt(server.address);
});

afterAll(async () => {
  await client?.close();
  await worker?.stop();
  await toServer?.close();
  await simulator?.close();
  await server?.stop();
  await rm(folder, { recursive: true });
});

test('runs that wait for an answer and for Flinks outlive the worker’s network, then server and worker killed at once', async () => {
  const scenario = 'question-then-pending';
  const asked = { scenario, loginId: loginIdFor(scenario), live: true };
  const pendingLogin = loginIdFor('pending-for-ever');
  const polling = { interval: '1 second', deadline: '2 minutes' };
  const [askedRun, pendingRun] = await Promise.all([
    client.start({ login: { loginId: asked.loginId }, mode: 'live', polling }),
    client.start({ login: { loginId: pendingLogin }, polling }),
  ]);
  const reaches = (workflowId: string, stage: Stage): Promise<Progress> =>
    until(`${workflowId} is in ${stage}`, async () => {
      const progress = await client.progress(workflowId).catch(() => undefined);
      return progress?.stage === stage && progress;
    });
  const question = await reaches(askedRun.workflowId, 'awaitingAnswers');
  const { deadline } = await reaches(pendingRun.workflowId, 'waitingForFlinks');
  const requests = () => requestsOf(simulator.requests, pendingLogin).length;
  const goesOn = async (): Promise<void> => {
    const before = requests();
    await until('polls go on', () => requests() > before);
    expect(await reaches(askedRun.workflowId, 'awaitingAnswers')).toEqual(question);
    expect(await reaches(pendingRun.workflowId, 'waitingForFlinks')).toMatchObject({ deadline });
  };

  toServer.fail('refused');
  const due = Date.now() + 2_000;
  await until('two polls were missed', () => Date.now() > due);
  toServer.mend();
  await goesOn();

  const port = Number(server.address.split(':')[1]);
  server.kill();
  worker.kill();
  await Promise.all([server.ended, worker.ended]);
  server = await serve(port);
  worker = await work();
  await goesOn();

  const ended = await attend(client, askedRun.workflowId, scenario);
  expect(judge(asked, ended, requestsOf(simulator.requests, asked.loginId))).toEqual(unbroken);
  await client.cancel(pendingRun.workflowId);
  expect(codeOf(await attend(client, pendingRun.workflowId, 'pending-for-ever'))).toBe('Cancelled');
});
