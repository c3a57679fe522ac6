import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Connection, WorkflowClient } from '@temporalio/client';
import { tsToMs } from '../../src/sdk-internals/time.js';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { localEnvironment } from '../../dev/local-environment.js';
import type { TemporalServer } from '../../dev/temporal-server.js';
import { workerEnvironment } from '../../simulator/defaults.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import { connectClient, type AccountDetailsClient } from '../../src/client.js';
import { accountDetailsWorkflowId, workflowType } from '../../src/contract.js';
import { openPayloadStore } from '../../src/temporal/storage/storage.js';
import { createNamespace } from '../support/namespaces.js';
import { s3Credentials } from '../support/s3-server.js';
import { deletesAtOnce, devServer } from '../support/servers.js';
import { atTerminal, hasTerminal } from '../support/terminal.js';
import { until } from '../support/until.js';
import { startWorker, type WorkerProcess } from '../support/worker-process.js';
import { starterHere } from '../support/starter-here.js';

const namespace = 'default';
const payloadKeys = `test:${randomBytes(32).toString('base64')}`;

let folder: string;
let temporal: TemporalServer;
let simulator: Simulator;
let worker: WorkerProcess;
let client: AccountDetailsClient;
let connection: Connection;

// Every payload of a kilobyte goes into the store, so that each run has some there.
const storage = () => ({
  PAYLOAD_STORAGE: pathToFileURL(join(folder, 'payloads')).href,
  PAYLOAD_STORAGE_THRESHOLD: '1024',
});
const flinks = () => ({
  ...workerEnvironment(simulator.url, simulator.keys),
  FLINKS_RETRY_INTERVAL: '200 ms',
  FLINKS_RETRY_MAXIMUM_INTERVAL: '200 ms',
});

const startServer = (port = 0): Promise<TemporalServer> =>
  devServer({ dbFilename: join(folder, 'temporal.db'), port, settings: deletesAtOnce });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forget-'));
  await mkdir(join(folder, 'payloads'));
  [temporal, simulator] = await Promise.all([startServer(), startSimulator()]);
  const environment = { TEMPORAL_ADDRESS: temporal.address, PAYLOAD_KEYS: payloadKeys, ...storage() };
  worker = await startWorker(temporal, simulator, { ...environment, ...flinks() });
  client = await connectClient(localEnvironment(environment));
  connection = await Connection.connect({ address: temporal.address });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

afterAll(async () => {
  await client?.close();
  await connection?.close();
  await worker?.stop();
  await simulator?.close();
  await temporal?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The command line. It gets no payload key: nothing has to be read to be forgotten. */
async function forget(args: string[], env: Record<string, string | undefined> = storage()) {
  const { exit, stdout, stderr } = await starterHere(temporal.address)(['forget', '--json', ...args], {
    env: { PAYLOAD_KEYS: undefined, ...env },
  });
  return { exit, stderr, document: JSON.parse(stdout) as unknown };
}

const idOf = accountDetailsWorkflowId;

/** Retrieves once and returns the id of the run, which has closed by then. */
async function retrieve(loginId: string): Promise<string> {
  const { workflowId, runId } = await client.start({ login: { loginId } });
  await client.result(workflowId);
  return runId;
}

const describeRun = (workflowId: string, runId: string) =>
  connection.workflowService.describeWorkflowExecution({ namespace, execution: { workflowId, runId } });

async function closeTimeOf(workflowId: string, runId: string): Promise<number> {
  const { workflowExecutionInfo } = await describeRun(workflowId, runId);
  return tsToMs(workflowExecutionInfo?.closeTime);
}

/** Lets a closed run do its last step again, as a new run, and returns the id of that once it has closed. */
async function resetToTheEnd(workflowId: string, runId: string): Promise<string> {
  const service = connection.workflowService;
  const execution = { workflowId, runId };
  const { history } = await service.getWorkflowExecutionHistory({ namespace, execution });
  const last = history?.events?.findLast((event) => event.workflowTaskCompletedEventAttributes)?.eventId ?? null;
  const reset = await service.resetWorkflowExecution({
    namespace,
    workflowExecution: execution,
    workflowTaskFinishEventId: last,
    requestId: randomUUID(),
  });
  await client.result(workflowId);
  return reset.runId;
}

/** The command line, whose clock shows a time that is ninety days after another. */
async function ninetyDaysAfter(time: number, args: string[]) {
  vi.useFakeTimers({ now: time + 90 * 24 * 60 * 60_000, toFake: ['Date'] });
  const ran = await forget(args);
  vi.useRealTimers();
  return ran;
}

async function listed(workflowId: string): Promise<string[]> {
  const query = `WorkflowId = "${workflowId.replaceAll('\\', '\\\\')}"`;
  const { executions } = await connection.workflowService.listWorkflowExecutions({ namespace, query });
  return executions.map(({ execution }) => execution?.runId ?? '');
}

async function storedFor(workflowId: string): Promise<string[]> {
  const files = await readdir(join(folder, 'payloads'), { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .filter((path) => path.includes(`/${workflowId}/`))
    .toSorted();
}

async function expectGone(workflowId: string, runIds: string[]): Promise<void> {
  expect((await listed(workflowId)).filter((runId) => runIds.includes(runId))).toEqual([]);
  for (const runId of runIds) {
    const execution = { workflowId, runId };
    const notFound = expect.objectContaining({ code: 5 });
    await expect(describeRun(workflowId, runId)).rejects.toEqual(notFound);
    await expect(connection.workflowService.getWorkflowExecutionHistory({ namespace, execution })).rejects.toEqual(
      notFound,
    );
  }
}

const deletions = (loginId: string) =>
  simulator.requests.filter((request) => request.endpoint === 'DeleteCard' && request.loginId === loginId);

test('all runs of a login are gone with their stored payloads and the card, and no other login’s', async () => {
  const [loginId, other] = [loginIdFor('plain', 1), loginIdFor('plain', 2)];
  const workflowId = idOf(loginId);
  const runIds = [await retrieve(loginId), await retrieve(loginId)];
  const otherRun = await retrieve(other);
  const [stored, storedForOther] = [await storedFor(workflowId), await storedFor(idOf(other))];
  expect(stored.length).toBeGreaterThan(1);

  const { exit, document, stderr } = await forget(['--login-id', loginId.toUpperCase(), '--delete-card'], {
    ...storage(),
    ...flinks(),
  });
  expect({ exit, document }).toEqual({
    exit: 0,
    document: { workflowId, runs: 2, payloads: stored.length, card: 'deleted' },
  });
  expect(stderr).toContain(workflowId);
  await expectGone(workflowId, runIds);
  expect(await storedFor(workflowId)).toEqual([]);
  expect(deletions(loginId).map(({ status }) => status)).toEqual([200]);
  expect(simulator.requests.filter(({ endpoint }) => endpoint === 'DeleteCard')).toHaveLength(1);

  expect(await listed(idOf(other))).toEqual([otherRun]);
  expect(await storedFor(idOf(other))).toEqual(storedForOther);
  expect((await client.result(idOf(other))).accounts.length).toBeGreaterThan(0);
  await retrieve(other);

  const again = await forget(['--login-id', loginId]);
  expect(again).toMatchObject({ exit: 1, document: { error: { code: 'NoSuchRun' } } });
  await expect(retrieve(loginId)).rejects.toMatchObject({ code: 'UnknownLogin' });
});

test('a login whose run is open is refused and keeps everything; later its card is waited for', async () => {
  // With a summary that is large enough to be stored.
  const loginId = loginIdFor('twenty-accounts', 1);
  const pending = { kind: 'status', status: 202, code: 'OPERATION_PENDING' } as const;
  for (const endpoint of ['GetAccountsDetail', 'GetAccountsDetailAsync'] as const)
    simulator.inject({ endpoint, loginId, times: 'always', fault: pending });
  simulator.inject({ endpoint: 'DeleteCard', loginId, fault: { kind: 'status', status: 400, code: 'CARD_IN_USE' } });
  const workflowId = idOf(loginId);
  const { runId } = await client.start({ login: { loginId }, polling: { interval: '1 second', deadline: '1 second' } });
  await client.result(workflowId).catch(() => undefined);
  const open = await client.start({ login: { loginId }, polling: { interval: '10 minutes', deadline: '1 hour' } });
  await vi.waitFor(async () => expect((await client.progress(workflowId)).stage).toBe('waitingForFlinks'), 30_000);
  const stored = await storedFor(workflowId);
  expect(stored).not.toEqual([]);

  const everything = { ...storage(), ...flinks() };
  const refused = await forget(['--login-id', loginId, '--delete-card'], everything);
  expect(refused).toMatchObject({ exit: 1, document: { error: { code: 'RunOpen' } } });
  const both = [runId, open.runId].toSorted();
  await vi.waitFor(async () => expect((await listed(workflowId)).toSorted()).toEqual(both), 5_000);
  expect((await client.status(workflowId)).status).toBe('RUNNING');
  expect(await storedFor(workflowId)).toEqual(stored);
  expect(deletions(loginId)).toEqual([]);

  await client.cancel(workflowId);
  // Flinks may still be at work on the session of a cancelled run.
  const { exit, document, stderr } = await forget(['--login-id', loginId, '--delete-card'], everything);
  expect(deletions(loginId).map(({ status }) => status)).toEqual([400, 200]);
  expect({ exit, document }).toMatchObject({ exit: 0, document: { runs: 2, card: 'deleted' } });
  expect(stderr).toContain('CARD_IN_USE');
  await expectGone(workflowId, [runId, open.runId]);
  expect(await storedFor(workflowId)).toEqual([]);
});

test('without the store that holds payloads of a run, the run is kept; with a wrong one that is said', async () => {
  const workflowId = "it’s the customer’s \\ own 'id'";
  const login = { institution: 'FlinksCapital', username: 'plain+11', password: 'Everyday' };
  const { runId } = await client.start({ login }, { workflowId });
  await client.result(workflowId);
  const args = ['--workflow-id', workflowId];
  const refused = await forget(args, { PAYLOAD_STORAGE: undefined });
  expect(refused).toMatchObject({
    exit: 2,
    document: { error: { code: 'Configuration', fields: ['PAYLOAD_STORAGE'] } },
  });
  const nowhere = { PAYLOAD_STORAGE: 's3://bucket', PAYLOAD_STORAGE_S3_ENDPOINT: 'http://127.0.0.1:1' };
  expect(await forget(args, { ...nowhere, ...s3Credentials })).toMatchObject({
    exit: 1,
    document: { error: { code: 'PayloadStore', message: expect.stringContaining('from s3://bucket/ (ECONNREFUSED)') } },
  });
  expect((await client.result(workflowId)).accounts.length).toBeGreaterThan(0);

  // A store that answers, and is not the worker's.
  const another = await mkdtemp(join(tmpdir(), 'forget-'));
  const forgotten = await forget(args, { PAYLOAD_STORAGE: pathToFileURL(another).href });
  await rm(another, { recursive: true });
  expect(forgotten).toMatchObject({ exit: 0, document: { workflowId, runs: 1, payloads: 0 } });
  expect(forgotten.stderr).toMatch(/The store had none of the \d+ payloads/);
  await expectGone(workflowId, [runId]);
  const again = await forget(args);
  expect(again).toMatchObject({ exit: 0, document: { workflowId, runs: 0, payloads: expect.any(Number) } });
  expect((again.document as { payloads: number }).payloads).toBeGreaterThan(0);
});

test('runs that closed long ago are gone, and younger and open ones, of the same login too, are whole', async () => {
  const [twice, once, reset] = [loginIdFor('plain', 5), loginIdFor('plain', 6), loginIdFor('plain', 7)];
  const pending = loginIdFor('pending-for-ever', 5);
  const old = { twice: await retrieve(twice), reset: await retrieve(reset), once: await retrieve(once) };
  const before = (await closeTimeOf(idOf(once), old.once)) + 1;
  const young = { twice: await retrieve(twice), reset: await resetToTheEnd(idOf(reset), old.reset) };
  const open = await client.start({
    login: { loginId: pending },
    polling: { interval: '10 minutes', deadline: '1 hour' },
  });
  const query = `CloseTime < '${new Date(before).toISOString()}'`;
  const due = async () => {
    const { executions } = await connection.workflowService.listWorkflowExecutions({ namespace, query });
    return executions.map(({ execution }) => execution?.runId);
  };
  // Lists are a second late, and hold runs of the tests before, too.
  await vi.waitFor(async () => expect(await due()).toEqual(expect.arrayContaining(Object.values(old))), 30_000);
  const count = (await due()).length;
  const storedForReset = await storedFor(idOf(reset));

  expect(await forget(['--older-than', '90 days'])).toMatchObject({ exit: 2, document: { error: { code: 'Usage' } } });
  // Nothing is that old: no failure for a job that asks every night.
  expect(await forget(['--older-than', '90 days', '--yes'])).toMatchObject({
    exit: 0,
    document: { runs: 0, payloads: 0 },
  });
  expect(await due()).toHaveLength(count);

  const { exit, document } = await ninetyDaysAfter(before, ['--older-than', '90 days', '--yes']);
  // All but the one that a young run was reset from: that reads what the old one has stored.
  expect({ exit, document }).toEqual({
    exit: 0,
    document: { closedBefore: new Date(before).toISOString(), runs: count - 1, payloads: expect.any(Number) },
  });
  await expectGone(idOf(twice), [old.twice]);
  await expectGone(idOf(once), [old.once]);
  expect(await storedFor(idOf(once))).toEqual([]);
  expect((await storedFor(idOf(twice))).filter((path) => path.includes(old.twice))).toEqual([]);

  expect(await listed(idOf(twice))).toEqual([young.twice]);
  expect((await listed(idOf(reset))).toSorted()).toEqual([old.reset, young.reset].toSorted());
  expect(await storedFor(idOf(reset))).toEqual(storedForReset);
  for (const loginId of [twice, reset]) expect((await client.result(idOf(loginId))).accounts.length).toBeGreaterThan(0);
  expect((await client.status(open.workflowId)).status).toBe('RUNNING');
});

describe('in a namespace where others work, too', () => {
  const namespace = 'shared';
  let workflows: WorkflowClient;

  beforeAll(async () => {
    await createNamespace(connection, namespace);
    workflows = new WorkflowClient({ connection, namespace });
  });

  /** Starts a run that no worker takes, and closes it unless it is to stay open. */
  async function place(workflowId: string, { type = workflowType, open = false } = {}): Promise<string> {
    const handle = await workflows.start(type, { workflowId, taskQueue: 'nobody', args: [] });
    const runId = handle.firstExecutionRunId;
    if (open) return runId;
    await handle.terminate();
    const closed = `WorkflowId = "${workflowId}" AND ExecutionStatus = "Terminated"`;
    await until(`${runId} is listed as closed`, async () => (await runIds(closed)).includes(runId));
    return runId;
  }

  const runIds = async (query: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { runId } of workflows.list({ query })) found.push(runId);
    return found.toSorted();
  };
  const environment = () => ({ ...storage(), TEMPORAL_NAMESPACE: namespace });

  test('a run of another type under the same id stays, with what is stored for it', async () => {
    const id = 'the-same';
    const ours = await place(id);
    const theirs = await place(id, { type: 'another', open: true });
    const store = openPayloadStore(environment());
    const payload = { metadata: {}, data: Buffer.from('theirs') };
    const stored = async (runId: string) =>
      store?.driver.store({ target: { kind: 'workflow', namespace, id, runId } }, [payload]);
    const [claim] = (await stored(theirs)) ?? [];
    await stored(ours);

    expect(await forget(['--workflow-id', id], environment())).toMatchObject({
      exit: 0,
      document: { workflowId: id, runs: 1, payloads: 1 },
    });
    expect(await workflows.getHandle(id).describe()).toMatchObject({ runId: theirs, status: { name: 'RUNNING' } });
    expect(await store?.driver.retrieve({}, claim ? [claim] : [])).toHaveLength(1);
    expect(await forget(['--workflow-id', id], environment())).toMatchObject({
      exit: 1,
      document: { error: { code: 'NoSuchRun' } },
    });
  });

  test.skipIf(!hasTerminal)('at a terminal a person is asked, and only yes deletes', async () => {
    const closed = [await place('closed-1'), await place('closed-2')];
    const others = [await place('open', { open: true }), await place('theirs', { type: 'another' })];
    const ids = "WorkflowId IN ('closed-1', 'closed-2', 'open', 'theirs')";
    await until(
      'lists know the runs',
      async () => (await runIds(`${ids} AND ExecutionStatus = 'Terminated'`)).length === 3,
    );
    const env = localEnvironment({ TEMPORAL_ADDRESS: temporal.address, ...environment() });
    const command = `'${process.execPath}' --import tsx src/starter.ts forget --older-than 1ms`;

    const refused = await atTerminal(command, ['(yes/no)', 'n'], env);
    expect(refused).toMatchObject({
      exit: 1,
      shown: expect.stringMatching(/2 runs closed before .*Nothing was deleted/s),
    });
    expect(await runIds(ids)).toEqual([...closed, ...others].toSorted());
    const agreed = await atTerminal(command, ['(yes/no)', 'yes'], env);
    expect(agreed).toMatchObject({
      exit: 0,
      shown: expect.stringMatching(/2 runs closed before .*: deleted 2 runs, 0 stored/s),
    });
    expect(await runIds(ids)).toEqual(others.toSorted());
  });
});

test('what was forgotten stays forgotten when the server starts again', async () => {
  const loginId = loginIdFor('plain', 8);
  const runIds = [await retrieve(loginId)];
  expect(await forget(['--login-id', loginId])).toMatchObject({ exit: 0, document: { runs: 1 } });
  await temporal.stop();
  temporal = await startServer(Number(temporal.address.split(':')[1]));
  await expectGone(idOf(loginId), runIds);
});
