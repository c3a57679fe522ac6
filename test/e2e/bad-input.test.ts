import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts, loopback } from '../../dev/ports.js';
import { loginIdFor } from '../../simulator/server.js';
import { workerEnvironment } from '../../simulator/defaults.js';
import { liveStack } from '../support/live-stack.js';
import { documentOf, errorOf, starterAt } from '../support/starter.js';
import { starterHere } from '../support/starter-here.js';
import { launchWorker } from '../support/worker-process.js';

const { server, simulator, work } = await liveStack();
await work();
/** Each command is a process of its own. */
const starter = starterAt(server.address);
const here = starterHere(server.address);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bad-input-'));
  await writeFile(join(folder, 'broken.json'), '{"login": {');
});

afterAll(async () => {
  if (folder) await rm(folder, { recursive: true });
});

const loginId = loginIdFor('plain');
const credentials = { institution: 'FlinksCapital', username: 'plain', password: 'Fictitious-4711' };

interface Bad {
  what: string;
  args: string[];
  /** An object is piped in as JSON, for `--input -`. */
  stdin?: string | object;
  code?: string;
  fields?: string[];
  says: RegExp;
  /** What was typed and must not be repeated. */
  hides?: string;
}

const byOption = (...args: string[]): string[] => ['start', '--login-id', loginId, ...args];
const byStdin = ['start', '--input', '-'];

const badInputs: Bad[] = [
  { what: 'text on stdin that is no JSON', args: byStdin, stdin: 'login: x', code: 'Usage', says: /stdin is not JSON/ },
  {
    what: 'a file that is not there',
    args: ['start', '--input', '/nowhere.json'],
    code: 'Usage',
    says: /cannot be read/,
  },
  { what: 'no login', args: ['start'], code: 'Usage', says: /--login-id/ },
  { what: 'JSON that is no object', args: byStdin, stdin: '[1]', fields: ['input'], says: /must be an object/ },
  {
    what: 'unknown fields',
    args: byStdin,
    stdin: { login: { loginId }, colour: 'teal', polling: { every: '7 days' } },
    fields: ['colour', 'polling.every'],
    says: /not a known field/,
    hides: 'teal',
  },
  {
    what: 'names in another casing',
    args: byStdin,
    stdin: { login: { LoginId: loginId }, details: { days_of_transactions: 'Days90' } },
    fields: ['login.LoginId', 'details.days_of_transactions'],
    says: /did you mean loginId\?.*did you mean daysOfTransactions\?/,
    hides: 'Days90',
  },
  {
    what: 'null in place of a password',
    args: byStdin,
    stdin: { login: { ...credentials, loginId: null, password: null }, tag: null },
    fields: ['login.password'],
    says: /login\.password must be text/,
  },
  {
    what: 'a LoginId that is no GUID',
    args: ['start', '--login-id', 'login-4711'],
    fields: ['login.loginId'],
    says: /login\.loginId must be a GUID/,
    hides: 'login-4711',
  },
  {
    what: 'both kinds of login',
    args: byStdin,
    stdin: { login: { loginId, ...credentials } },
    fields: ['login.institution', 'login.username', 'login.password'],
    says: /cannot be combined with the other kind of login/,
    hides: credentials.password,
  },
  {
    what: 'both kinds of login by options',
    args: byOption('--institution', 'FlinksCapital', '--username', 'plain'),
    fields: ['login.institution', 'login.username'],
    says: /cannot be combined/,
  },
  {
    what: 'stored data asked for by credentials',
    args: byStdin,
    stdin: { login: credentials, mode: 'cached' },
    fields: ['mode'],
    says: /cannot be cached with credentials/,
    hides: credentials.password,
  },
  {
    what: 'an interval of zero',
    args: byOption('--interval', '0 seconds'),
    fields: ['polling.interval'],
    says: /polling\.interval must be a duration.*from 1 second/,
  },
  {
    what: 'a deadline shorter than the interval',
    args: byOption('--interval', '30 seconds', '--deadline', '10 seconds'),
    fields: ['polling.deadline'],
    says: /polling\.deadline must not be shorter than the interval/,
  },
  {
    what: 'an account id that is no GUID',
    args: byStdin,
    stdin: { login: { loginId }, details: { accountsFilter: [loginId, 'account-0815'] } },
    fields: ['details.accountsFilter.1'],
    says: /must be a GUID/,
    hides: 'account-0815',
  },
  { what: 'a time-out that is none', args: byOption('--timeout', 'soon'), code: 'Usage', says: /duration/ },
  { what: 'an unknown command', args: ['begin'], code: 'Usage', says: /unknown command/ },
  { what: 'an unknown stage', args: ['list', '--stage', 'dreaming'], code: 'Usage', says: /awaitingAnswers/ },
  { what: 'a command without its run', args: ['status'], code: 'Usage', says: /Name one run/ },
  { what: 'a run named twice', args: ['result', loginId, '--workflow-id', 'x'], code: 'Usage', says: /Name one run/ },
];

describe('a bad input ends with exit code 2, a clear message and nothing called at Flinks', () => {
  test.each(badInputs)('$what', async ({ args, stdin = '', code = 'InvalidInput', fields, says, hides }) => {
    const piped = typeof stdin === 'string' ? stdin : JSON.stringify(stdin);
    const ran = await here([...args, '--json'], { stdin: piped });
    const error = errorOf(ran);
    expect({ exit: ran.exit, ...error, fields: error.fields?.toSorted() }).toEqual({
      exit: 2,
      code,
      message: expect.stringMatching(says),
      fields: fields?.toSorted(),
    });
    expect(ran.stdout + ran.stderr).not.toContain(hides ?? credentials.password);
    expect(ran.stderr).not.toMatch(/^ +at /m);
    expect(simulator.requests).toEqual([]);
  });

  test('without --json the message goes to stderr, and nothing to stdout', async () => {
    const ran = await starter(byOption('--interval', '0 seconds'));
    expect(ran).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringMatching(/^The input .*polling\.interval/) });
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('a file that holds no JSON', async () => {
    const ran = await starter(['start', '--input', join(folder, 'broken.json'), '--json']);
    expect({ exit: ran.exit, ...errorOf(ran) }).toMatchObject({
      exit: 2,
      message: 'The input in the file is not JSON.',
    });
    expect(simulator.requests).toEqual([]);
  });
});

test('none of it has started a run', async () => {
  expect(documentOf(await here(['list', '--json']))).toEqual([]);
  expect(simulator.requests).toEqual([]);
});

test('help is no error', async () => {
  const ran = await starter(['start', '--help']);
  expect(ran).toMatchObject({ exit: 0, stderr: '', stdout: expect.stringContaining('--login-id <guid>') });
});

describe('a worker that cannot start says why in one message without a value or a stack', () => {
  test('all missing variables at once', async () => {
    const { ended, output } = await launchWorker({ TEMPORAL_ADDRESS: server.address });
    expect(await ended).toMatchObject({ how: 'ended with exit code 2' });
    for (const name of ['BASE_URL', 'CUSTOMER_ID', 'SECRET_KEY', 'API_KEY'])
      expect(output()).toContain(`FLINKS_${name} is missing`);
    expect(output().split('\n')).toHaveLength(1);
  });

  test('missing ones beside bad ones, of which no value is shown', async () => {
    const { ended, output } = await launchWorker({
      TEMPORAL_ADDRESS: server.address,
      FLINKS_BASE_URL: 'not-an-address',
      FLINKS_SECRET_KEY: 'fictitious-secret',
      LOG_LEVEL: 'loud',
      FLINKS_POLL_TIMEOUT: 'never-ever',
    });
    expect(await ended).toMatchObject({ how: 'ended with exit code 2' });
    for (const name of ['FLINKS_BASE_URL', 'FLINKS_CUSTOMER_ID', 'FLINKS_API_KEY', 'LOG_LEVEL', 'FLINKS_POLL_TIMEOUT'])
      expect(output()).toContain(name);
    for (const value of ['not-an-address', 'fictitious-secret', 'loud', 'never-ever', '    at '])
      expect(output()).not.toContain(value);
  });
});

describe('a Temporal server that is not there', () => {
  let silent: Server;
  let addresses: { nobody: string; silent: string };

  beforeAll(async () => {
    const [port] = await freePorts(1);
    silent = createServer().listen(0, loopback);
    await once(silent, 'listening');
    const address = silent.address();
    const silentPort = typeof address === 'object' && address ? address.port : 0;
    addresses = { nobody: `${loopback}:${port}`, silent: `${loopback}:${silentPort}` };
  });

  afterAll(() => void silent?.close());

  test('ends a command with exit code 5, also if something else is in its place', async () => {
    const start = ['start', '--login-id', loginId, '--json'];
    const ran = await Promise.all([starterAt(addresses.nobody)(start), starterAt(addresses.silent)(start)]);
    expect(ran.map((one) => ({ exit: one.exit, ...errorOf(one) }))).toEqual(
      [addresses.nobody, addresses.silent].map((address) => ({
        exit: 5,
        code: 'ServerUnreachable',
        message: expect.stringContaining(address),
      })),
    );
  });

  test('ends a worker with exit code 5, and doctor names it', async () => {
    const flinks = workerEnvironment(simulator.url, simulator.keys);
    const lost = await launchWorker({ TEMPORAL_ADDRESS: addresses.nobody, ...flinks });
    const doctor = await starterHere(addresses.nobody)(['doctor', '--json'], { env: flinks });
    expect(await lost.ended).toMatchObject({ how: 'ended with exit code 5' });
    expect(lost.output()).toBe(
      `No Temporal server answers at ${addresses.nobody}. Start one (npm run dev) or set TEMPORAL_ADDRESS.`,
    );
    expect(doctor.exit).not.toBe(0);
    const bad = (documentOf(doctor) as { check: string; ok: boolean }[]).filter(({ ok }) => !ok);
    expect(bad.map(({ check }) => check)).toEqual(['Temporal server']);
  });
});
