import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startChild, untilReady } from '../../dev/child.js';
import { localEnvironment } from '../../dev/local-environment.js';
import { startTemporalServer } from '../../dev/temporal-server.js';
import { workerEnvironment } from '../../simulator/defaults.js';
import { PASSWORD } from '../../simulator/logins.js';
import { INSTITUTION } from '../../simulator/replies.js';
import { answersFor, loginIdFor, SCENARIOS, startSimulator, type Simulator } from '../../simulator/server.js';
import { connectClient, RunFailedError, type AccountDetailsClient } from '../../src/client.js';
import type { Challenge, RetrieveAccountDetailsInput, RetrieveAccountDetailsResult } from '../../src/contract.js';
import { found, scan, type Canary } from '../support/canary-scan.js';
import { checkDocuments } from '../support/documents.js';

const unique = (): string => `Cnry${randomBytes(9).toString('hex')}`;
const marks = {
  token: unique(),
  password: unique(),
  answer: unique(),
  accountNumber: unique(),
  holderName: unique(),
  address: unique(),
};
const keys = { secretKey: unique(), apiKey: unique() };
/** A username selects its scenario and may end in a number of ours. */
const username = `+${BigInt(`0x${randomBytes(9).toString('hex')}`) + 10n ** 21n}`;
const canaries: Canary[] = Object.entries({ ...marks, ...keys, username }).map(([name, value]) => ({ name, value }));
const all = found(canaries.map(({ name }) => ({ canary: name, form: '', at: 0 })));

type Variables = Record<string, string>;
const encrypted: Variables = { PAYLOAD_KEYS: `test:${randomBytes(32).toString('base64')}`, PAYLOAD_ENCRYPTION: 'on' };
const readable: Variables = { PAYLOAD_ENCRYPTION: 'off' };

const flinksVariables = (): Variables => workerEnvironment(simulator.url, simulator.keys);

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
const polling = { interval: '1 second', deadline: '2 seconds' };

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
  const server = await startTemporalServer({ dbFilename });
  async function bytes(): Promise<Buffer> {
    const files = (await readdir(folder)).filter((file) => file.startsWith(`${name}.db`));
    expect(files).toEqual(expect.arrayContaining([`${name}.db`, `${name}.db-wal`]));
    return Buffer.concat(await Promise.all(files.map((file) => readFile(join(folder, file)))));
  }
  return { ...server, bytes };
}

const workers: { stop(): Promise<void> }[] = [];

// A worker that a failed test left behind would take the runs of the next one.
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
});

async function startWorker(address: string, variables: Variables, program = 'src/worker.ts') {
  const lines: string[] = [];
  let isReady = () => {};
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  const log = (line: string): void => {
    lines.push(line);
    if (line.startsWith('worker ready')) isReady();
  };
  const more = { LOG_LEVEL: 'trace', ...flinksVariables(), ...inAHurry };
  const env = localEnvironment({ TEMPORAL_ADDRESS: address, ...more, ...variables });
  const child = await startChild(process.execPath, ['--import', 'tsx', program], { env, log });
  workers.push(child);
  await untilReady(child, () => ready);
  return { stop: child.stop, lines, log: () => lines.join('\n') };
}

const clientOf = (address: string, variables: Variables): Promise<AccountDetailsClient> =>
  connectClient(localEnvironment({ TEMPORAL_ADDRESS: address, ...variables }));

/** The command line, and what it writes where that is `shown`. Nothing secret is in its arguments. */
function starterAt(address: string, variables: Variables) {
  const written: string[] = [];
  const run = async (args: string[], stdin = '', shown = true): Promise<{ exit: number | null; stdout: string }> => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/starter.ts', ...args], {
      env: localEnvironment({ TEMPORAL_ADDRESS: address, ...flinksVariables(), ...variables }),
      timeout: 60_000,
    });
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    child.stdin.end(stdin);
    const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    written.push(stderr, shown ? stdout : '');
    checkDocuments(args, { exit, stdout });
    return { exit, stdout };
  };
  return { run, written };
}

/** Collects the command lines of all processes again and again. */
function watchArguments() {
  const seen = new Set<string>();
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const { stdout } = await promisify(execFile)('ps', ['axww', '-o', 'args='], { maxBuffer: 64 * 1024 * 1024 });
      for (const line of stdout.split('\n')) seen.add(line);
      await pause(200, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return async (): Promise<string> => {
    over.abort();
    await watching;
    return [...seen].join('\n');
  };
}

const credentialsFor = (name: string) => ({
  institution: INSTITUTION.Institution,
  username: `${name}${username}`,
  password: PASSWORD + marks.password,
});

const answersTo = (scenario: string, challenges: readonly Challenge[]): Record<string, string[]> => {
  const right = answersFor(
    scenario,
    challenges.map(({ prompt }) => prompt),
  );
  return Object.fromEntries(
    Object.entries(right).map(([prompt, answers]) => [prompt, answers.map((answer) => answer + marks.answer)]),
  );
};

/** Takes a run to its end, answering what the bank asks; `mistake` answers wrongly first. Returns the result, if any. */
async function drive(
  client: AccountDetailsClient,
  scenario: string,
  input: RetrieveAccountDetailsInput,
  mistake: boolean,
): Promise<RetrieveAccountDetailsResult | undefined> {
  const { workflowId } = await client.start({ polling, maxChallengeRounds: 10, ...input });
  let answered = 0;
  if (SCENARIOS.some(({ name, rounds }) => name === scenario && rounds.length > 0))
    for await (const { progress } of client.watch(workflowId, { everyMs: 300 })) {
      const { challenges, round = 0 } = progress ?? {};
      if (!challenges || round <= answered) continue;
      const wrong = Object.fromEntries(challenges.map(({ prompt }) => [prompt, `Nowhere${marks.answer}`]));
      const answers = mistake && answered === 0 ? wrong : answersTo(scenario, challenges);
      answered = round;
      // The time to answer may be over by now.
      await client.answer(workflowId, { answers, round }).catch(() => undefined);
    }
  return client.result(workflowId).catch((error: unknown) => {
    if (error instanceof RunFailedError) return undefined;
    throw error;
  });
}

/** Does everything, at most so many at once. */
async function inTurns<T, R>(items: readonly T[], atOnce: number, act: (item: T) => Promise<R>): Promise<R[]> {
  const waiting = [...items];
  const done: R[] = [];
  const turn = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) done.push(await act(item));
  };
  await Promise.all(Array.from({ length: atOnce }, turn));
  return done;
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
    const worker = await startWorker(database.address, encrypted);
    const starter = starterAt(database.address, encrypted);
    const seenArguments = watchArguments();

    const byCommands = useEveryCommand(starter.run);
    const runs = SCENARIOS.map(({ name, rounds, asksCached }, index): [string, RetrieveAccountDetailsInput] => {
      if (index % 2 === 0 && !name.startsWith('cached')) return [name, { login: credentialsFor(name) }];
      const mode = rounds.length > 0 && !asksCached ? 'live' : 'cached';
      return [name, { login: { loginId: loginIdFor(name) }, mode }];
    });
    const results = await inTurns(runs, 24, ([name, input]) =>
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
    const stored = await database.bytes();
    expect(stored.includes('by-commands') && stored.includes('binary/encrypted')).toBe(true);
    expect(worker.log()).toMatch(/"level":"trace".*Got workflow activation/);
    expect(worker.log()).toMatch(/"sdkComponent":"core"/);
    expect(worker.log()).toMatch(/"msg":"Activity failed"/);
    expect(processes).toMatch(/src\/worker\.ts/);
    expect(processes).toMatch(/src\/starter\.ts answer/);

    expect.soft(scan(stored, canaries)).toEqual([]);
    expect.soft(scan(worker.log(), canaries)).toEqual([]);
    expect.soft(scan(starter.written.join('\n'), canaries)).toEqual([]);
    expect.soft(scan(processes, canaries)).toEqual([]);
    const others = worker.lines.filter((line) => !line.startsWith('{') && !line.startsWith('worker ready'));
    expect(others).toEqual([]);
  });

  test.each([
    ['as the SDK logs it, is found by the same scan', 'false'],
    ['as this service logs it, is not seen', 'true'],
  ])('a raw axios error that leaves an activity, %s', async (_, ours) => {
    const worker = await startWorker(
      database.address,
      { ...encrypted, OURS: ours },
      'test/support/raw-axios-worker.ts',
    );
    expect(await drive(client, 'plain', { login: credentialsFor('plain') }, false)).toBeUndefined();
    await worker.stop();

    expect(worker.log()).toMatch(/Activity failed/);
    expect(worker.log()).toMatch(/AxiosError/);
    const secrets = ['apiKey', 'password', 'secretKey', 'username'];
    expect(found(scan(worker.log(), canaries))).toEqual(ours === 'true' ? [] : secrets);
    expect(scan(await database.bytes(), canaries)).toEqual([]);
  });
});

/** Uses the command line from the start of a run to its end, well and badly. Returns the result that it decrypted. */
async function useEveryCommand(run: ReturnType<typeof starterAt>['run']): Promise<string> {
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
    const worker = await startWorker(database.address, readable);
    const client = await clientOf(database.address, readable);
    try {
      const result = await drive(client, 'question', { login: credentialsFor('question') }, false);
      expect(result?.accounts).toHaveLength(4);
      const inDatabase = found(scan(await database.bytes(), canaries));
      expect(inDatabase).toEqual(all.filter((name) => name !== 'secretKey' && name !== 'apiKey'));
      // The log stays clean nevertheless, but for one warning.
      expect(scan(worker.log(), canaries)).toEqual([]);
      expect(worker.lines.filter((line) => line.includes('PAYLOAD_ENCRYPTION'))).toHaveLength(1);
    } finally {
      await client.close();
      await database.stop();
    }
  });
});
