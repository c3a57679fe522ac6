import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { Connection } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { temporalCli } from '../../dev/binaries.js';
import { startChild, untilReady, type Child } from '../../dev/child.js';
import { localEnvironment } from '../../dev/local-environment.js';
import { startTemporalServer, type TemporalServer } from '../../dev/temporal-server.js';
import { workerEnvironment } from '../../simulator/defaults.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import { connectClient, type AccountDetailsClient } from '../../src/client.js';
import { accountDetailsWorkflowId } from '../../src/contract.js';
import { main } from '../../src/starter.js';
import { checkDocuments } from '../support/documents.js';

const namespace = 'default';
const payloadKeys = `test:${randomBytes(32).toString('base64')}`;

let folder: string;
let temporal: TemporalServer;
let simulator: Simulator;
let worker: Child;
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

/**
 * A server that keeps its runs in a file and deletes at once. By default it notes every half minute only which runs have
 * closed for good, and deletes none before that.
 */
async function startServer(port = 0): Promise<TemporalServer> {
  const program = join(folder, 'temporal');
  const more = `--dynamic-config-value 'history.transferProcessorUpdateAckInterval="200ms"'`;
  const script = `#!/bin/sh\n[ "$1" = server ] && set -- "$@" ${more}\nexec '${await temporalCli()}' "$@"\n`;
  await writeFile(program, script, { mode: 0o700 });
  vi.stubEnv('TEMPORAL_CLI_PATH', program);
  const server = await startTemporalServer({ dbFilename: join(folder, 'temporal.db'), port });
  vi.unstubAllEnvs();
  return server;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forget-'));
  await mkdir(join(folder, 'payloads'));
  [temporal, simulator] = await Promise.all([startServer(), startSimulator()]);
  const environment = { TEMPORAL_ADDRESS: temporal.address, PAYLOAD_KEYS: payloadKeys, ...storage() };
  let isReady = () => {};
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  worker = await startChild(process.execPath, ['--import', 'tsx', 'src/worker.ts'], {
    env: localEnvironment({ ...environment, ...flinks() }),
    log: (line) => line.startsWith('worker ready') && isReady(),
  });
  await untilReady(worker, () => ready);
  client = await connectClient(localEnvironment(environment));
  connection = await Connection.connect({ address: temporal.address });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

afterAll(async () => {
  await client?.close();
  await connection?.close();
  await worker?.stop();
  await simulator?.close();
  await temporal?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The command line in a process of its own. It gets no payload key: nothing has to be read to be forgotten. */
async function forget(args: string[], env: Record<string, string | undefined> = storage()) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/starter.ts', 'forget', '--json', ...args], {
    env: { ...localEnvironment({ TEMPORAL_ADDRESS: temporal.address }), PAYLOAD_KEYS: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 150_000,
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  checkDocuments(['forget', '--json', ...args], { exit, stdout });
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

/** The command line in this process, whose clock shows a time that is ninety days after another. */
async function ninetyDaysAfter(time: number, args: string[]) {
  const variables = localEnvironment({ TEMPORAL_ADDRESS: temporal.address, ...storage() });
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  let stdout = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((written) => Boolean((stdout += String(written))));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.useFakeTimers({ now: time + 90 * 24 * 60 * 60_000, toFake: ['Date'] });
  const exit = await main(['forget', '--json', ...args]);
  vi.useRealTimers();
  vi.restoreAllMocks();
  checkDocuments(['forget', '--json', ...args], { exit, stdout });
  return { exit, document: JSON.parse(stdout) as unknown };
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
  const loginId = loginIdFor('pending-for-ever', 1);
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
  expect((await listed(workflowId)).toSorted()).toEqual([runId, open.runId].toSorted());
  expect((await client.status(workflowId)).status).toBe('RUNNING');
  expect(await storedFor(workflowId)).toEqual(stored);
  expect(deletions(loginId)).toEqual([]);

  await client.cancel(workflowId);
  // Flinks is at work on the session of a cancelled run until that has been idle for half an hour.
  const forgetting = forget(['--login-id', loginId, '--delete-card'], everything);
  await vi.waitFor(() => expect(deletions(loginId)[0]?.status).toBe(400), 60_000);
  simulator.advanceClock(31 * 60_000);
  const { exit, document, stderr } = await forgetting;
  expect({ exit, document }).toMatchObject({ exit: 0, document: { runs: 2, card: 'deleted' } });
  expect(stderr).toContain('CARD_IN_USE');
  await expectGone(workflowId, [runId, open.runId]);
  expect(await storedFor(workflowId)).toEqual([]);
});

test('without the store that holds payloads of a run, the run is kept and the variable named', async () => {
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
  expect((await client.result(workflowId)).accounts.length).toBeGreaterThan(0);
  expect(await forget(args)).toMatchObject({ exit: 0, document: { workflowId, runs: 1 } });
  await expectGone(workflowId, [runId]);
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
  const due = () =>
    connection.workflowService.countWorkflowExecutions({ namespace, query }).then(({ count }) => Number(count));
  await vi.waitFor(async () => expect(await due()).toBeGreaterThan(2), 30_000);
  const count = await due();
  const storedForReset = await storedFor(idOf(reset));

  expect(await forget(['--older-than', '90 days'])).toMatchObject({ exit: 2, document: { error: { code: 'Usage' } } });
  expect(await forget(['--older-than', '90 days', '--yes'])).toMatchObject({
    exit: 1,
    document: { error: { code: 'NoSuchRun' } },
  });
  expect(await due()).toBe(count);

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

test('what was forgotten stays forgotten when the server starts again', async () => {
  const loginId = loginIdFor('plain', 8);
  const runIds = [await retrieve(loginId)];
  expect(await forget(['--login-id', loginId])).toMatchObject({ exit: 0, document: { runs: 1 } });
  await temporal.stop();
  temporal = await startServer(Number(temporal.address.split(':')[1]));
  await expectGone(idOf(loginId), runIds);
});
