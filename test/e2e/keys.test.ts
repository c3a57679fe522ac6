import { randomBytes } from 'node:crypto';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTemporalServer, type TemporalServer } from '../../dev/temporal-server.js';
import { answersFor, loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import { workerEnvironment } from '../../simulator/defaults.js';
import { createActivities } from '../../src/activities/index.js';
import { AccountDetailsClient } from '../../src/client.js';
import { loadWorkerConfig } from '../../src/config.js';
import type { Environment } from '../../src/config/environment.js';
import { answerName, progressName, taskQueue } from '../../src/contract.js';
import { createFlinksClient } from '../../src/flinks/client.js';
import { dataConverterFor, loadPayloadConfig } from '../../src/temporal/payloads.js';
import { ensureSearchAttributes } from '../../src/temporal/search-attributes.js';
import { bundleWorkflows } from '../../src/worker/bundle/bundle.js';

const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const oldKey = key('old');
const newKey = key('new');

let temporal: TemporalServer;
let simulator: Simulator;
let connection: NativeConnection;
let bundle: { code: string };

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  temporal = await startTemporalServer();
  simulator = await startSimulator();
  connection = await NativeConnection.connect({ address: temporal.address });
  await ensureSearchAttributes(connection, 'default');
  bundle = await bundleWorkflows({ searchAttributes: true, encryption: true });
});

afterAll(async () => {
  await connection.close();
  await simulator.close();
  await temporal.stop();
});

const converter = (keys: string, more: Environment = {}) =>
  dataConverterFor(loadPayloadConfig({ PAYLOAD_KEYS: keys, ...more }), 'default', 'worker');
const both = `${oldKey},${newKey}`;
const temporalWith = (keys: string) => new Client({ connection, dataConverter: converter(keys) });
const clientWith = (keys: string) => new AccountDetailsClient(temporalWith(keys));

async function whileWorkerHas<T>(keys: string, act: () => Promise<T>, more: Environment = {}): Promise<T> {
  const { flinks, retries } = loadWorkerConfig(workerEnvironment(simulator.url, simulator.keys));
  const client = createFlinksClient(flinks);
  // Two workers of a process may not share one.
  const ownConnection = await NativeConnection.connect({ address: temporal.address });
  const worker = await Worker.create({
    connection: ownConnection,
    taskQueue,
    workflowBundle: bundle,
    dataConverter: converter(keys, more),
    activities: createActivities(client, retries),
  });
  try {
    return await worker.runUntil(act);
  } finally {
    client.close();
    await ownConnection.close();
  }
}

async function asked(client: AccountDetailsClient, workflowId: string) {
  for await (const { progress } of client.watch(workflowId, { everyMs: 100 }))
    if (progress?.stage === 'awaitingAnswers') return progress;
  throw new Error('The run ended before it asked.');
}

test('a key is changed in the middle of a run that waits for an answer, and nothing fails', async () => {
  const login = { loginId: loginIdFor('question') };
  const { workflowId } = await whileWorkerHas(oldKey, async () => {
    const run = await clientWith(oldKey).start({ login, mode: 'live' });
    await asked(clientWith(oldKey), run.workflowId);
    return run;
  });
  const rotated = `${newKey},${oldKey}`;
  const result = await whileWorkerHas(rotated, async () => {
    const client = clientWith(rotated);
    const { challenges = [] } = await asked(client, workflowId);
    await client.answer(workflowId, {
      answers: answersFor(
        'question',
        challenges.map(({ prompt }) => prompt),
      ),
    });
    return client.result(workflowId);
  });
  expect(result.accounts.length).toBeGreaterThan(0);
  const history = await temporalWith(rotated).workflow.getHandle(workflowId).fetchHistory();
  expect(history.events?.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
});

test('a run whose key is not there yet waits for it, and says for which', async () => {
  const login = { loginId: loginIdFor('one-account') };
  const { workflowId } = await clientWith(newKey).start({ login });
  const handle = temporalWith(newKey).workflow.getHandle(workflowId);
  await whileWorkerHas(oldKey, async () => {
    await expect
      .poll(
        async () => {
          const { raw } = await handle.describe();
          return raw.pendingWorkflowTask?.attempt ?? 0;
        },
        { timeout: 30_000 },
      )
      .toBeGreaterThan(1);
  });
  const { events = [] } = await handle.fetchHistory();
  const failure = events?.find((event) => event.workflowTaskFailedEventAttributes)?.workflowTaskFailedEventAttributes
    ?.failure;
  expect(`${failure?.applicationFailureInfo?.type} ${failure?.message}`).toContain('UnknownPayloadKey');
  expect(simulator.requests.filter(({ loginId }) => loginId === login.loginId)).toEqual([]);
  const result = await whileWorkerHas(both, () =>
    clientWith(newKey)
      .result(workflowId)
      .catch((error: unknown) => error),
  );
  // The worker writes with the old key, which this client lacks; with both it reads.
  expect(result).toBeInstanceOf(Error);
  expect((await clientWith(both).result(workflowId)).accounts).toHaveLength(1);
});

const taskFailures = async (workflowId: string) => {
  const { events } = await temporalWith(both).workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) => (failed ? [failed.failure] : []));
};

const city = { answers: { 'What city were you born in?': 'Montreal' } };
const country = { answers: { 'What is the best country on earth?': 'Canada' } };
const progressOf = (workflowId: string) => temporalWith(oldKey).workflow.getHandle(workflowId).query(progressName);

test('an answer that came as a signal under a missing key holds up nothing, and is taken when the key comes', async () => {
  const login = { loginId: loginIdFor('question', 2) };
  const { workflowId } = await whileWorkerHas(oldKey, async () => {
    const run = await clientWith(oldKey).start({ login, mode: 'live' });
    await asked(clientWith(oldKey), run.workflowId);
    const handle = temporalWith(newKey).workflow.getHandle(run.workflowId);
    await handle.signal('nobodyHandlesThis', city);
    await handle.signal(answerName, city);
    await expect
      .poll(() => progressOf(run.workflowId), { timeout: 30_000 })
      .toMatchObject({ stage: 'awaitingAnswers', rejectedAnswers: 1, lastRejection: 'InvalidAnswer' });
    return run;
  });
  // This worker has nothing in memory: it reads the whole history again, now with the key.
  const result = await whileWorkerHas(both, () => clientWith(both).result(workflowId));
  expect(result.accounts.length).toBeGreaterThan(0);
});

test('an update under a key that no worker has is refused, and the run hears the next one', async () => {
  const login = { loginId: loginIdFor('question', 3) };
  const { accounts } = await whileWorkerHas(oldKey, async () => {
    const { workflowId } = await clientWith(oldKey).start({ login, mode: 'live' });
    await asked(clientWith(oldKey), workflowId);
    await expect(clientWith(newKey).answer(workflowId, city)).rejects.toMatchObject({ code: 'UnreadablePayload' });
    await clientWith(oldKey).answer(workflowId, city);
    return clientWith(oldKey).result(workflowId);
  });
  expect(accounts.length).toBeGreaterThan(0);
});

describe('beside a worker without the new key, one with it', () => {
  const rotated = `${newKey},${oldKey}`;
  let client: AccountDetailsClient;
  beforeAll(() => {
    client = clientWith(rotated);
  });
  let next = 10;

  /** Runs that wait for an answer in the memory of the worker without the new key. */
  const askedRuns = (howMany: number): Promise<string[]> =>
    Promise.all(
      Array.from({ length: howMany }, async () => {
        const login = { loginId: loginIdFor('question', next++) };
        const { workflowId } = await clientWith(oldKey).start({ login, mode: 'live' });
        await asked(clientWith(oldKey), workflowId);
        return workflowId;
      }),
    );

  test.each([
    ['update', (workflowId: string): Promise<unknown> => client.answer(workflowId, city)],
    ['signal', (workflowId: string): Promise<unknown> => client.signalAnswer(workflowId, city)],
  ])('reads each answer that comes by %s', { timeout: 200_000 }, async (_, answer) => {
    await whileWorkerHas(oldKey, async () => {
      const workflowIds = await askedRuns(6);
      await whileWorkerHas(rotated, async () => {
        await Promise.all(workflowIds.map(answer));
        for (const workflowId of workflowIds)
          expect((await client.result(workflowId)).accounts.length).toBeGreaterThan(0);
      });
    });
  });

  test('reads the input of each run', { timeout: 200_000 }, async () => {
    await whileWorkerHas(oldKey, () =>
      whileWorkerHas(rotated, async () => {
        const runs = Array.from({ length: 6 }, () => client.start({ login: { loginId: loginIdFor('plain', next++) } }));
        for (const { workflowId } of await Promise.all(runs))
          expect((await client.result(workflowId)).accounts.length).toBeGreaterThan(0);
      }),
    );
  });

  test('is waited for by a run that it has gone on with', { timeout: 200_000 }, async () => {
    const login = { loginId: loginIdFor('two-rounds', 1) };
    const { workflowId } = await whileWorkerHas(rotated, async () => {
      const run = await client.start({ login, mode: 'live' });
      await asked(client, run.workflowId);
      await client.answer(run.workflowId, city);
      await expect
        .poll(() => client.progress(run.workflowId), { timeout: 30_000 })
        .toMatchObject({ stage: 'awaitingAnswers', round: 2 });
      return run;
    });
    // Its own patience with keys is over at once.
    await whileWorkerHas(
      oldKey,
      async () => {
        await client.signalAnswer(workflowId, country);
        await expect
          .poll(async () => (await taskFailures(workflowId)).map((one) => one?.applicationFailureInfo?.type), {
            timeout: 60_000,
          })
          .toContain('UnknownPayloadKey');
      },
      { PAYLOAD_KEY_WAIT: '0 seconds' },
    );
    const result = await whileWorkerHas(rotated, () => client.result(workflowId));
    expect(result.accounts.length).toBeGreaterThan(0);
  });
});

test('an input under a key that does not come in time ends the run, and the end stays when the key comes', async () => {
  const login = { loginId: loginIdFor('one-account', 2) };
  const { workflowId } = await clientWith(newKey).start({ login });
  const wait = { PAYLOAD_KEY_WAIT: '1 second' };
  const code = (keys: string) =>
    clientWith(keys)
      .result(workflowId)
      .catch((error: { code?: string }) => error.code);
  expect(await whileWorkerHas(oldKey, () => code(oldKey), wait)).toBe('InvalidInput');
  const progress = await whileWorkerHas(both, () => clientWith(both).progress(workflowId));
  expect(progress).toMatchObject({ stage: 'failed' });
});

test('nothing waits for a key in PAYLOAD_LOST_KEYS', async () => {
  const login = { loginId: loginIdFor('one-account', 3) };
  const { workflowId } = await clientWith(newKey).start({ login });
  const lost = { PAYLOAD_LOST_KEYS: 'another, new' };
  await whileWorkerHas(
    oldKey,
    () => expect(clientWith(oldKey).result(workflowId)).rejects.toMatchObject({ code: 'InvalidInput' }),
    lost,
  );
  expect(await taskFailures(workflowId)).toEqual([]);
});
