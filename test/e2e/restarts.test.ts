import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import type { TemporalServer } from '../../dev/temporal-server.js';
import { answersFor, loginIdFor } from '../../simulator/server.js';
import { AccountDetailsClient } from '../../src/client.js';
import type { Progress, Stage } from '../../src/contract.js';
import { testConverter } from '../support/encryption.js';
import { createNamespace } from '../support/namespaces.js';
import { devServer } from '../support/servers.js';
import { startSimulatorProcess, type SimulatorProcess } from '../support/simulator-process.js';
import { until } from '../support/until.js';
import { startWorker, type WorkerProcess } from '../support/worker-process.js';

let server: TemporalServer;
let simulator: SimulatorProcess;
let connection: Connection;

beforeAll(async () => {
  [server, simulator] = await Promise.all([devServer(), startSimulatorProcess()]);
  connection = await Connection.connect({ address: server.address });
});

afterAll(async () => {
  await connection?.close();
  await simulator?.stop();
  await server?.stop();
});

/** A namespace with a client, and workers that come and go in it. */
async function place(namespace: string, { onTestFinished }: TestContext) {
  await createNamespace(connection, namespace);
  const temporal = new Client({ connection, namespace, dataConverter: testConverter(namespace) });
  const client = new AccountDetailsClient(temporal);
  let worker: WorkerProcess | undefined;
  onTestFinished(() => worker?.stop());
  return {
    temporal,
    client,
    async work(): Promise<WorkerProcess> {
      return (worker = await startWorker(server, simulator, { TEMPORAL_NAMESPACE: namespace }));
    },
    reaches: (workflowId: string, stage: Stage): Promise<Progress> =>
      until(`the run is in ${stage}`, async () => {
        const progress = await client.progress(workflowId);
        return progress.stage === stage && progress;
      }),
  };
}

const each = { GenerateAuthorizeToken: 1, GetAccountsSummary: 1, GetAccountsDetail: 1 };

// Most of the time goes by in waiting, and no test meets another's workers.
describe.concurrent('a run outlives its workers', () => {
  test('a worker killed while the customer is asked, and again while Flinks works, leaves no trace in the run', async (context) => {
    const { client, work, reaches } = await place('killed', context);
    const scenario = 'question-then-pending';
    const loginId = loginIdFor(scenario);
    let worker = await work();
    const { workflowId } = await client.start({
      login: { loginId },
      polling: { interval: '2 seconds', deadline: '1 minute' },
    });
    const asked = await reaches(workflowId, 'awaitingAnswers');
    worker.kill();
    expect(await worker.ended).toMatchObject({ how: 'was ended by SIGKILL' });

    worker = await work();
    expect(await client.progress(workflowId)).toEqual(asked);
    const prompts = asked.challenges?.map(({ prompt }) => prompt) ?? [];
    await client.answer(workflowId, { answers: answersFor(scenario, prompts) });
    await reaches(workflowId, 'waitingForFlinks');
    worker.kill();
    expect(await worker.ended).toMatchObject({ how: 'was ended by SIGKILL' });

    await work();
    await expect(client.result(workflowId)).resolves.toMatchObject({
      requestId: asked.requestId,
      accounts: expect.arrayContaining([expect.objectContaining({ transactions: expect.any(Array) })]),
      polls: 2,
      challengeRounds: 1,
    });
    expect(await simulator.counts(loginId)).toEqual({ ...each, Authorize: 2, GetAccountsDetailAsync: 2 });
    const authorizes = (await simulator.requests(loginId)).filter(({ endpoint }) => endpoint === 'Authorize');
    expect(authorizes.map(({ answer }) => answer ?? false)).toEqual([false, true]);
    expect(authorizes[1]?.body).toMatchObject({
      RequestId: asked.requestId,
      SecurityResponses: { 'What city were you born in?': ['Montreal'] },
    });
    expect(authorizes[1]?.headers['flinks-auth-key']).toBe(authorizes[0]?.headers['flinks-auth-key']);
  });

  test('Flinks is asked every second for half a minute and then no more, though the worker is replaced in between', async (context) => {
    const { client, work, reaches } = await place('pending', context);
    const loginId = loginIdFor('pending-for-ever');
    const worker = await work();
    const { workflowId } = await client.start({
      login: { loginId },
      polling: { interval: '1 second', deadline: '30 seconds' },
    });
    const { deadline = '' } = await reaches(workflowId, 'waitingForFlinks');
    const startedAt = Date.parse(deadline) - 30_000;
    const polls = async () =>
      (await simulator.requests(loginId)).filter(({ endpoint }) => endpoint === 'GetAccountsDetailAsync');
    await until('five polls were made', async () => (await polls()).length >= 5, { everyMs: 500 });
    worker.terminate();
    expect(await worker.ended).toMatchObject({ ok: true });
    const awaySince = Date.now();
    await work();
    const backAt = Date.now();

    await expect(client.result(workflowId)).rejects.toMatchObject({ code: 'PendingTooLong' });
    const sinceStart = (await polls()).map(({ at }) => at - startedAt);
    const last = sinceStart.at(-1) ?? 0;
    expect(last).toBeGreaterThanOrEqual(30_000);
    // The slots that passed without a worker are skipped; the poll that fell due first is made when the worker is back.
    const away = (ms: number): boolean => startedAt + ms > awaySince - 1_000 && startedAt + ms < backAt + 3_000;
    const slots = sinceStart.map((ms) => Math.floor(ms / 1_000));
    // The first poll of the next worker may come at the very end of its slot, and reach Flinks at the beginning of another's.
    expect(slots.length - new Set(slots).size).toBeLessThanOrEqual(1);
    const missed = Array.from({ length: 30 }, (_, index) => index + 1).filter((slot) => !slots.includes(slot));
    expect(missed.filter((slot) => !away(slot * 1_000))).toEqual([]);
    expect(await simulator.counts(loginId)).toEqual({ ...each, Authorize: 1, GetAccountsDetailAsync: slots.length });
    expect(await client.progress(workflowId)).toMatchObject({ stage: 'failed', polls: slots.length });
  });

  test('a worker told to stop with a call in flight finishes it and exits 0, and nothing is called twice', async (context) => {
    const { temporal, client, work } = await place('stopped', context);
    const loginId = loginIdFor('one-account');
    await simulator.inject({
      endpoint: 'GetAccountsDetail',
      loginId,
      fault: { kind: 'slow-first-byte', delayMs: 4_000 },
    });
    const detail = async () =>
      (await simulator.requests(loginId)).find(({ endpoint }) => endpoint === 'GetAccountsDetail');
    const worker = await work();
    const { workflowId } = await client.start({ login: { loginId } });
    await until('Detail is under way', detail);
    worker.terminate();
    expect((await detail())?.closedAt).toBeUndefined();
    expect(await worker.ended).toMatchObject({ how: 'ended with exit code 0' });

    const answered = await detail();
    expect(answered).toMatchObject({ status: 200 });
    expect(answered?.abortedByClient).toBeUndefined();
    const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
    const completed = events?.filter(({ activityTaskCompletedEventAttributes: done }) => done) ?? [];
    expect(completed).toHaveLength(1);
    await work();
    await expect(client.result(workflowId)).resolves.toMatchObject({ accounts: [expect.any(Object)], polls: 0 });
    expect(await simulator.counts(loginId)).toEqual({ ...each, Authorize: 1 });
  });
});

test('no token was minted in vain', async () => {
  expect(await simulator.strays()).toEqual([]);
});
