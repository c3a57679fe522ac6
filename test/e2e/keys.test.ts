import { randomBytes } from 'node:crypto';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
const temporalWith = (keys: string) => new Client({ connection, dataConverter: converter(keys) });
const clientWith = (keys: string) => new AccountDetailsClient(temporalWith(keys));

async function whileWorkerHas<T>(keys: string, act: () => Promise<T>, more: Environment = {}): Promise<T> {
  const { flinks, retries } = loadWorkerConfig(workerEnvironment(simulator.url, simulator.keys));
  const client = createFlinksClient(flinks);
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: bundle,
    dataConverter: converter(keys, more),
    activities: createActivities(client, retries),
  });
  try {
    return await worker.runUntil(act);
  } finally {
    client.close();
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
  const result = await whileWorkerHas(`${oldKey},${newKey}`, () =>
    clientWith(newKey)
      .result(workflowId)
      .catch((error: unknown) => error),
  );
  // The worker writes with the old key, which this client lacks; with both it reads.
  expect(result).toBeInstanceOf(Error);
  const both = clientWith(`${oldKey},${newKey}`);
  expect((await both.result(workflowId)).accounts).toHaveLength(1);
});

const taskFailures = async (workflowId: string) => {
  const { events } = await temporalWith(`${oldKey},${newKey}`).workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) => (failed ? [failed.failure] : []));
};

test('an answer under a missing key is refused at once, and stays refused when the key comes', async () => {
  const login = { loginId: loginIdFor('question', 2) };
  const answer = { answers: { 'What city were you born in?': 'Montreal' } };
  const { workflowId } = await whileWorkerHas(oldKey, async () => {
    const run = await clientWith(oldKey).start({ login, mode: 'live' });
    await asked(clientWith(oldKey), run.workflowId);
    const handle = temporalWith(newKey).workflow.getHandle(run.workflowId);
    await handle.signal(answerName, answer);
    await handle.signal('nobodyHandlesThis', answer);
    await expect
      .poll(() => temporalWith(oldKey).workflow.getHandle(run.workflowId).query(progressName), { timeout: 30_000 })
      .toMatchObject({ stage: 'awaitingAnswers', rejectedAnswers: 1, lastRejection: 'InvalidAnswer' });
    await expect(clientWith(newKey).answer(run.workflowId, answer)).rejects.toThrow();
    return run;
  });
  // This worker has nothing in memory: it reads the whole history again, now with the key.
  const both = `${oldKey},${newKey}`;
  const result = await whileWorkerHas(both, async () => {
    const { rejectedAnswers } = await asked(clientWith(both), workflowId);
    expect(rejectedAnswers).toBe(1);
    await clientWith(both).answer(workflowId, answer);
    return clientWith(both).result(workflowId);
  });
  expect(result.accounts.length).toBeGreaterThan(0);
  expect(await taskFailures(workflowId)).toEqual([]);
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
  const both = `${oldKey},${newKey}`;
  const progress = await whileWorkerHas(both, () => clientWith(both).progress(workflowId));
  expect(progress).toMatchObject({ stage: 'failed', failure: { type: 'InvalidInput' } });
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
