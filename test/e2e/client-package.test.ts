import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localEnvironment } from '../../dev/local-environment.js';
import { packClient } from '../../dev/pack-client.js';
import type { TemporalServer } from '../../dev/temporal-server.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import { devServer } from '../support/servers.js';
import { startWorker, type WorkerProcess } from '../support/worker-process.js';

const run = promisify(execFile);
const limit = { timeout: 60_000, maxBuffer: 16 * 1024 * 1024 };

let server: TemporalServer;
let simulator: Simulator;
let worker: WorkerProcess;
let folder: string;
/** A project with nothing in it but the client's tarball. */
let project: string;
/** Results are large enough to be kept outside of Temporal, so that the client has to fetch them. */
let storage: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'client-package-'));
  project = join(folder, 'project');
  const stored = join(folder, 'stored');
  await mkdir(stored);
  storage = { PAYLOAD_STORAGE: pathToFileURL(stored).href, PAYLOAD_STORAGE_THRESHOLD: '1024' };
  [server, simulator] = await Promise.all([devServer(), startSimulator(), install()]);
  worker = await startWorker(server, simulator, storage);
});

afterAll(async () => {
  await worker?.stop();
  await simulator?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function install(): Promise<void> {
  const tarball = await packClient(folder);
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{ "name": "app", "private": true }');
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  await run('npm', ['install', ...options, tarball], { cwd: project, ...limit });
}

/** Runs a script in the project as a backend would be run. Its output is one JSON document. */
async function runs(file: string, code: string, environment: Record<string, string> = {}): Promise<unknown> {
  await writeFile(join(project, file), code);
  const env = localEnvironment({ TEMPORAL_ADDRESS: server.address, ...storage, ...environment });
  const { stdout } = await run(process.execPath, [file], { cwd: project, env, ...limit });
  return JSON.parse(stdout);
}

/** The story of an app: it starts a run, answers and gets the accounts; a second app joins and is refused. */
const story = (loginId: string): string => `
  const client = await connectClient();
  const login = { loginId: '${loginId}' };
  const { workflowId, started, progress } = await client.startAndWaitForChallenge({ login });
  const joined = await client.start({ login });
  const conflict = await client.start({ login, mode: 'live' }).catch((error) => error);
  const refusal = await client.answer(workflowId, { answers: { 'Who are you?': 'Nobody' } }).catch((error) => error);
  await client.answer(workflowId, { answers: { [progress.challenges[0].prompt]: 'Montreal' } });
  const { accounts } = await client.result(workflowId);
  await client.close();
  console.log(JSON.stringify({
    started,
    joined: joined.started,
    conflict: [conflict instanceof InputError, conflict.code, conflict.fields],
    refusal: [refusal instanceof AnswerRejectedError, refusal.code],
    accounts: accounts.length,
  }));`;

const told = {
  started: true,
  joined: false,
  conflict: [true, 'InputConflict', ['mode']],
  refusal: [true, 'UnknownPrompt'],
  accounts: 4,
};

test('the client installs without the worker and without the AWS SDK, in less than 60 MB', async () => {
  const files = await readdir(join(project, 'node_modules'), { recursive: true });
  const sizes = await Promise.all(files.map(async (file) => (await lstat(join(project, 'node_modules', file))).size));
  const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1024 ** 2;
  process.stdout.write(`The client takes ${megabytes.toFixed(1)} MB in an empty project.\n`);
  expect(megabytes).toBeGreaterThan(5);
  expect(megabytes).toBeLessThan(60);
  const unwanted = ['@temporalio/worker', '@temporalio/workflow', '@aws-sdk', 'axios', 'fastify'];
  expect(unwanted.filter((name) => existsSync(join(project, 'node_modules', name)))).toEqual([]);
  const own = JSON.parse(await readFile('package.json', 'utf8')) as { version: string; license: string };
  const packed = join(project, 'node_modules/flinks-temporal-client');
  expect(JSON.parse(await readFile(join(packed, 'package.json'), 'utf8'))).toMatchObject({
    name: 'flinks-temporal-client',
    version: own.version,
    license: own.license,
    engines: { node: '>=20.19.0' },
  });
  expect(await readFile(join(packed, 'README.md'), 'utf8')).toBe(await readFile('docs/client.md', 'utf8'));
});

test('an app in ES modules starts a run, answers the bank and gets the accounts', async () => {
  const names = '{ AnswerRejectedError, connectClient, InputError }';
  const code = `import ${names} from 'flinks-temporal-client';\n${story(loginIdFor('question', 1))}`;
  expect(await runs('app.mjs', code)).toEqual(told);
});

test('an app in CommonJS does the same, and both have the same classes', async () => {
  const names = '{ AnswerRejectedError, connectClient, InputError }';
  const code = `const ${names} = require('flinks-temporal-client');
    (async () => {
      if ((await import('flinks-temporal-client')).InputError !== InputError) throw new Error('There are two classes.');
      ${story(loginIdFor('question', 2))}
    })();`;
  expect(await runs('app.cjs', code)).toEqual(told);
});

test('an input that is large goes through the payload store, and is read back for a second start', async () => {
  const code = `import { connectClient } from 'flinks-temporal-client';
    import { randomUUID } from 'node:crypto';
    const client = await connectClient();
    const details = { accountsFilter: Array.from({ length: 100 }, () => randomUUID()) };
    const input = { login: { loginId: '${loginIdFor('question', 3)}' }, details };
    const { workflowId } = await client.start(input);
    const { started } = await client.start(input);
    await client.cancel(workflowId);
    await client.close();
    console.log(JSON.stringify({ started }));`;
  expect(await runs('large.mjs', code)).toEqual({ started: false });
  const stored = await readdir(join(folder, 'stored'), { recursive: true });
  expect(stored.some((name) => name.includes(loginIdFor('question', 3)))).toBe(true);
});

test('who needs S3 and has not installed what it takes is told so when connecting', async () => {
  const code = `import { ConfigurationError, connectClient } from 'flinks-temporal-client';
    const error = await connectClient().catch((error) => error);
    console.log(JSON.stringify([error instanceof ConfigurationError, error.variables, error.message]));`;
  expect(await runs('s3.mjs', code, { PAYLOAD_STORAGE: 's3://bucket' })).toEqual([
    true,
    ['PAYLOAD_STORAGE'],
    expect.stringContaining(
      'npm install @aws-sdk/client-s3 @temporalio/external-storage-s3 @temporalio/external-storage-s3-aws-sdk',
    ),
  ]);
});

test('the types hold in both module systems: the examples of the documentation compile, and wrong uses do not', async () => {
  const documentation = await readFile('docs/client.md', 'utf8');
  const examples = [...documentation.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
  expect(examples.length).toBeGreaterThanOrEqual(3);
  const uses = `
    import { connectClient, RunFailedError } from 'flinks-temporal-client';
    export async function use(): Promise<string> {
      const client = await connectClient();
      const { workflowId, progress } = await client.startAndWaitForChallenge({ login: { loginId: 'x' } });
      const stage: 'awaitingAnswers' | 'completed' | (string & {}) = progress.stage;
      const error: unknown = await client.result(workflowId).catch((thrown: unknown) => thrown);
      if (error instanceof RunFailedError && error.code === 'LoginRefused') return error.requestId ?? stage;
      const { accounts, institutionId } = await client.result(workflowId);
      const current: number | string | null | undefined = accounts[0]?.balance?.current;
      const [number, later]: [string | null | undefined, unknown] = [accounts[0]?.accountNumber, accounts[0]?.later];
      if (current === institutionId || number === later) return '';
      // @ts-expect-error A figure may be missing, or be the text of its digits.
      if (current > 7) return '';
      // @ts-expect-error There is no such code.
      if (error instanceof RunFailedError && error.code === 'LoginRefuse') return '';
      // @ts-expect-error A login is by LoginId or by credentials.
      await client.start({ login: { institution: 'FlinksCapital' } });
      // @ts-expect-error There is no such field.
      await client.start({ login: { loginId: 'x' }, days: 90 });
      // @ts-expect-error There is no such stage.
      client.list({ stage: 'asleep' });
      // @ts-expect-error The answers belong into a field of their own.
      await client.answer(workflowId, { prompt: 'Montreal' });
      // @ts-expect-error What a run holds of Temporal is nobody's business.
      return client.temporal.connection;
    }`;
  const files = {
    ...Object.fromEntries(examples.map((code, index) => [`example-${index}.mts`, code])),
    'uses.mts': uses,
    'uses.cts': uses,
  };
  for (const [file, code] of Object.entries(files)) await writeFile(join(project, file), code);
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    // Temporal's own declarations do not pass without it.
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
  };
  const tsconfig = { compilerOptions, files: Object.keys(files) };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify(tsconfig));
  const tsc = resolve('node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', '.'], { cwd: project, ...limit }).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe('');
});
