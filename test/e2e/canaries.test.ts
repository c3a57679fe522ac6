import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Connection, WorkflowClient } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { localEnvironment } from '../../dev/local-environment.js';
import { workerEnvironment } from '../../simulator/defaults.js';
import { loginIdFor, SCENARIOS, startSimulator, type Simulator } from '../../simulator/server.js';
import { connectClient, type AccountDetailsClient } from '../../src/client.js';
import { failureTypes, type RetrieveAccountDetailsInput } from '../../src/contract.js';
import {
  canaries,
  credentialsFor,
  drive,
  inTurns,
  keys,
  marks,
  namesOf,
  polling,
  unique,
} from '../support/canary-runs.js';
import { found, scan, type Canary } from '../support/canary-scan.js';
import { builtFile } from '../support/compiled-programs.js';
import { watchArguments } from '../support/process-list.js';
import { devServer } from '../support/servers.js';
import { starterAt, type Ran } from '../support/starter.js';
import { startWorker, type WorkerProcess } from '../support/worker-process.js';

type Variables = Record<string, string>;
const encrypted: Variables = { PAYLOAD_KEYS: `test:${randomBytes(32).toString('base64')}`, PAYLOAD_ENCRYPTION: 'on' };
const readable: Variables = { PAYLOAD_ENCRYPTION: 'off' };

const rawAxiosWorker = ['--import', 'tsx', 'test/support/raw-axios-worker.ts'];

/** Every fault of the simulator in a second or two instead of minutes. */
const inAHurry: Variables = {
  FLINKS_AUTHORIZE_TIMEOUT: '2 seconds',
  FLINKS_DATA_TIMEOUT: '2 seconds',
  FLINKS_POLL_TIMEOUT: '2 seconds',
  FLINKS_RETRY_ATTEMPTS: '2',
  FLINKS_RETRY_INTERVAL: '50 ms',
  FLINKS_RETRY_MAXIMUM_INTERVAL: '100 ms',
  FLINKS_RETRY_AFTER_MAXIMUM: '100 ms',
  FLINKS_MAX_RESPONSE_BYTES: String(4 * 1024 * 1024),
};

let folder: string;
let simulator: Simulator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canaries-'));
  simulator = await startSimulator({ keys, marks });
});

afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

/** A Temporal server that keeps its runs in a file, and all bytes of that file and its log of changes. */
async function startDatabase(name: string) {
  const dbFilename = join(folder, `${name}.db`);
  const server = await devServer({ dbFilename });
  async function bytes(): Promise<Buffer> {
    const files = (await readdir(folder)).filter((file) => file.startsWith(`${name}.db`));
    expect(files).toEqual(expect.arrayContaining([`${name}.db`, `${name}.db-wal`]));
    return Buffer.concat(await Promise.all(files.map((file) => readFile(join(folder, file)))));
  }
  return { ...server, bytes };
}

const workers: WorkerProcess[] = [];

// A worker that a failed test left behind would take the runs of the next one.
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
});

async function launch(database: { address: string }, variables: Variables, program?: string[]): Promise<WorkerProcess> {
  const worker = await startWorker(database, simulator, { LOG_LEVEL: 'trace', ...inAHurry, ...variables }, program);
  workers.push(worker);
  return worker;
}

/** Leaves canaries in the database as a client does that does not encrypt, one of them compressed. */
async function leakInto(address: string): Promise<Canary[]> {
  const connection = await Connection.connect({ address });
  const leaked = { memo: unique(), signal: unique(), gzip: unique() };
  const handle = await new WorkflowClient({ connection }).start('leaking', {
    workflowId: 'leaking',
    taskQueue: 'nobody',
    memo: { memo: leaked.memo },
  });
  await handle.signal('leak', leaked.signal, gzipSync(`${'-'.repeat(600)}${leaked.gzip}`));
  await connection.close();
  return Object.entries(leaked).map(([name, value]) => ({ name, value }));
}

const clientOf = (address: string, variables: Variables): Promise<AccountDetailsClient> =>
  connectClient(localEnvironment({ TEMPORAL_ADDRESS: address, ...variables }));

/** The command line, and what it writes where that is `shown`. Nothing secret is in its arguments. */
function starterFor(address: string, variables: Variables) {
  const written: string[] = [];
  const starter = starterAt(address);
  const run = async (args: string[], stdin = '', shown = true): Promise<Ran> => {
    const env = { ...workerEnvironment(simulator.url, simulator.keys), ...variables };
    const ran = await starter(args, { stdin, env });
    written.push(ran.stderr, shown ? ran.stdout : '');
    return ran;
  };
  return { run, written };
}

describe('with encryption on', () => {
  let database: Awaited<ReturnType<typeof startDatabase>>;
  let client: AccountDetailsClient;

  beforeAll(async () => {
    database = await startDatabase('encrypted');
    client = await clientOf(database.address, encrypted);
  });

  afterAll(async () => {
    await client?.close();
    await database?.stop();
  });

  test('every way that a bank can behave leaves no secret in database, logs, command line or process list', async () => {
    const worker = await launch(database, encrypted);
    const starter = starterFor(database.address, encrypted);
    const seenArguments = watchArguments();

    const byCommands = useEveryCommand(starter.run);
    const runs = SCENARIOS.map(({ name, rounds, asksCached }, index): [string, RetrieveAccountDetailsInput] => {
      if (index % 2 === 0 && !name.startsWith('cached')) return [name, { login: credentialsFor(name) }];
      const mode = rounds.length > 0 && !asksCached ? 'live' : 'cached';
      return [name, { login: { loginId: loginIdFor(name) }, mode }];
    });
    const results = await inTurns(runs, 10, ([name, input]) =>
      drive(client, name, input, name.startsWith('wrong-answer')),
    );
    const completed = results.filter((result) => result !== undefined);
    const decrypted = await byCommands;
    const processes = await seenArguments();
    await worker.stop();

    // Each secret has been where it belongs, and each place is the one that is searched.
    const asked = JSON.stringify(simulator.requests);
    expect(found(scan(asked, canaries))).toEqual(['answer', 'apiKey', 'password', 'secretKey', 'token', 'username']);
    const inResult = ['accountNumber', 'address', 'holderName', 'username'];
    expect(found(scan(JSON.stringify(completed), canaries))).toEqual(inResult);
    expect(found(scan(decrypted, canaries))).toEqual(inResult);
    expect(completed.length).toBeGreaterThan(40);
    expect(results.length - completed.length).toBeGreaterThan(40);
    const leaked = await leakInto(database.address);
    const stored = await database.bytes();
    expect(stored.includes('by-commands') && stored.includes('binary/encrypted')).toBe(true);
    expect(worker.output()).toMatch(/"level":"trace".*Got workflow activation/);
    expect(worker.output()).toMatch(/"sdkComponent":"core"/);
    expect(worker.output()).toMatch(/"msg":"Activity failed"/);
    expect(processes).toMatch(/src\/worker\.[jt]s/);
    expect(processes).toMatch(/src\/starter\.[jt]s answer/);

    const named = [...worker.output().matchAll(/"error":\{"type":"(\w+)".*"msg":"Workflow failed"/g)].map(
      ([, type]) => type,
    );
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((type) => !failureTypes.some((known) => known === type))).toEqual([]);

    // Of all that is in the database, the scan finds what was sent readable, and nothing else.
    expect.soft(found(scan(stored, [...canaries, ...leaked]))).toEqual(namesOf(leaked));
    expect.soft(scan(worker.output(), canaries)).toEqual([]);
    expect.soft(scan(starter.written.join('\n'), canaries)).toEqual([]);
    expect.soft(scan(processes, canaries)).toEqual([]);
    const others = worker
      .output()
      .split('\n')
      .filter((line) => !line.startsWith('{') && !line.startsWith('worker ready'));
    expect(others).toEqual([]);
  });

  test.each([
    ['as the SDK logs it, is found by the same scan', 'false'],
    ['as this service logs it, is not seen', 'true'],
  ])('a raw axios error that leaves an activity, %s', async (_, ours) => {
    const bundle = { WORKFLOW_BUNDLE: builtFile('workflow-bundle.without-search-attributes.js') };
    const worker = await launch(database, { ...encrypted, ...bundle, OURS: ours }, rawAxiosWorker);
    expect(await drive(client, 'plain', { login: credentialsFor('plain') }, false)).toBeUndefined();
    await worker.stop();

    expect(worker.output()).toMatch(/Activity failed/);
    expect(worker.output()).toMatch(/AxiosError/);
    const secrets = ['apiKey', 'password', 'secretKey', 'username'];
    expect(found(scan(worker.output(), canaries))).toEqual(ours === 'true' ? [] : secrets);
    expect(scan(await database.bytes(), canaries)).toEqual([]);
  });
});

/** Uses the command line from the start of a run to its end, well and badly. Returns the result that it decrypted. */
async function useEveryCommand(run: ReturnType<typeof starterFor>['run']): Promise<string> {
  const workflowId = 'by-commands';
  const input = JSON.stringify({ login: credentialsFor('question'), polling });
  const started = ['start', '--input', '-', '--workflow-id', workflowId];
  expect((await run([...started, '--wait'], input)).exit).toBe(3);
  expect((await run([...started, '--json'], input.replace('"login":{', '"login":{"pin":1,'))).exit).toBe(2);
  expect((await run(['status', workflowId])).exit).toBe(0);
  const other = JSON.stringify({ 'Who are you?': marks.answer });
  expect((await run(['answer', workflowId, '--json'], other)).exit).toBe(1);
  expect((await run(['answer', workflowId], `Montreal${marks.answer}`)).exit).toBe(0);
  expect((await run(['watch', workflowId])).exit).toBe(0);
  expect((await run(['result', workflowId])).exit).toBe(0);
  expect((await run(['list', '--json'])).exit).toBe(0);
  expect((await run(['doctor'])).exit).toBe(0);
  const refused = JSON.stringify({ login: { ...credentialsFor('question'), password: `wrong${marks.password}` } });
  expect((await run(['start', '--input', '-', '--wait', '--json'], refused)).exit).toBe(1);
  // The decrypted result is the one output that is meant to be read.
  const { stdout } = await run(['result', workflowId, '--json'], '', false);
  return stdout;
}

describe('with encryption off', () => {
  test('the same scan finds what a bank and its customer said in the database', async () => {
    const database = await startDatabase('readable');
    const worker = await launch(database, readable);
    const client = await clientOf(database.address, readable);
    try {
      const result = await drive(client, 'question', { login: credentialsFor('question') }, false);
      expect(result?.accounts).toHaveLength(4);
      const inDatabase = found(scan(await database.bytes(), canaries));
      expect(inDatabase).toEqual(namesOf(canaries).filter((name) => name !== 'secretKey' && name !== 'apiKey'));
      // The log stays clean nevertheless, but for one warning.
      expect(scan(worker.output(), canaries)).toEqual([]);
      expect(
        worker
          .output()
          .split('\n')
          .filter((line) => line.includes('PAYLOAD_ENCRYPTION')),
      ).toHaveLength(1);
    } finally {
      await client.close();
      await database.stop();
    }
  });
});
