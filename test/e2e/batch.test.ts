import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../dev/ports.js';
import { countByEndpoint, requestsOf } from '../../simulator/record.js';
import { PASSWORD } from '../../simulator/logins.js';
import { answersFor, loginIdFor } from '../../simulator/server.js';
import { liveStack } from '../support/live-stack.js';
import { starterHere } from '../support/starter-here.js';
import { starterAt, type Ran, type RunOptions } from '../support/starter.js';
import { until } from '../support/until.js';

const { server, simulator, client, work } = await liveStack();
await work({ LOG_LEVEL: 'warn' });
/** In this process, except for what is ended from outside. */
const starter = starterHere(server.address);
const ownProcess = starterAt(server.address);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batch-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const idOf = (loginId: string): string => `account-details-${loginId}`;
/** What Flinks was asked, without the short calls that were hung up on a busy machine, and the tokens of hung up logins. */
const called = (loginId: string) => {
  const requests = requestsOf(simulator.requests, loginId);
  const ofHungUpLogin = (index: number) =>
    requests[index]?.endpoint === 'GenerateAuthorizeToken' &&
    requests.slice(index).find(({ endpoint }) => endpoint === 'Authorize')?.abortedByClient;
  return countByEndpoint(requests.filter(({ abortedByClient }, index) => !abortedByClient && !ofHungUpLogin(index)));
};
const once = { GenerateAuthorizeToken: 1, Authorize: 1, GetAccountsSummary: 1, GetAccountsDetail: 1 };

interface Told {
  line?: number;
  workflowId?: string;
  outcome?: string;
  summary?: { outcomes: Record<string, number>; badLines: number };
  error?: { code: string; message: string };
}

const told = ({ stdout }: Ran): Told[] =>
  stdout
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Told);
const summaryOf = (ran: Ran) => told(ran).find(({ summary }) => summary)?.summary;
const errorOf = (ran: Ran) => told(ran).find(({ error }) => error)?.error;

/** A batch of these lines, with the command that runs it. */
async function batch(name: string, lines: readonly string[]) {
  const file = join(folder, `${name}.ndjson`);
  const report = `${file}.report.ndjson`;
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  const reported = async () => (await readFile(report, 'utf8').catch(() => '')).trimEnd().split('\n').slice(1);
  return {
    file,
    reported,
    run: (more: string[] = [], options: RunOptions = {}) =>
      (options.onStart ? ownProcess : starter)(['start', '--from-file', file, ...more], options),
  };
}

const logins = (scenario: string, count: number, from = 1): string[] =>
  Array.from({ length: count }, (_, index) => loginIdFor(scenario, from + index));

test('75 logins of a file, killed half-way and run again, are each asked for once and each have their outcome', async () => {
  const plain = logins('one-account', 62);
  const refused = logins('test_disabled_account', 5);
  const asked = logins('question', 8);
  const all = [...plain.slice(0, 30), ...refused, ...asked, ...plain.slice(30)];
  const { run, reported } = await batch('killed', [...all, 'no login', `{"loginId":"${plain[0]}"}`]);
  const options = ['--wait', '--json', '--concurrency', '20'];

  let kill: (signal: NodeJS.Signals) => void = () => {};
  const broken = run(options, { onStart: (end) => (kill = end) });
  await until('half of them have an outcome', async () => (await reported()).length >= 37, { withinMs: 90_000 });
  kill('SIGKILL');
  expect((await broken).exit).toBeNull();
  const settled = (await reported()).length;
  expect(settled).toBeLessThan(75);

  const resumed = await run(options);
  expect({ exit: resumed.exit, ...summaryOf(resumed) }).toEqual({
    exit: 3,
    outcomes: { completed: 62, LoginRefused: 5, AnswerNeeded: 8 },
    badLines: 2,
  });
  expect(told(resumed).filter(({ outcome }) => outcome === 'BadLine')).toEqual([
    { line: 76, outcome: 'BadLine', message: 'is neither a LoginId nor JSON' },
    { line: 77, outcome: 'BadLine', message: 'has the login of an earlier line' },
  ]);
  expect(resumed.stderr).toContain('npm run starter -- list --stage awaitingAnswers');

  for (const loginId of asked) {
    const { challenges = [] } = await client.progress(idOf(loginId));
    await client.answer(idOf(loginId), {
      answers: answersFor(
        'question',
        challenges.map(({ prompt }) => prompt),
      ),
    });
  }
  const after = await run(options);
  expect({ exit: after.exit, ...summaryOf(after) }).toMatchObject({
    exit: 1,
    outcomes: { completed: 70, LoginRefused: 5 },
  });
  // Only those that were open were looked at again.
  const lookedAt = told(after).flatMap(({ workflowId }) => workflowId ?? []);
  expect(new Set(lookedAt)).toEqual(new Set(asked.map(idOf)));

  expect(plain.filter((loginId) => JSON.stringify(called(loginId)) !== JSON.stringify(once))).toEqual([]);
  for (const loginId of refused) expect(called(loginId)).toEqual({ GenerateAuthorizeToken: 1, Authorize: 1 });
  for (const loginId of asked) expect(called(loginId)).toEqual({ ...once, Authorize: 2 });
  const failed = (await reported()).map((line) => JSON.parse(line) as Told & { message?: string });
  expect(failed.find(({ outcome }) => outcome === 'LoginRefused')?.message).toContain(
    'The customer has to act at the bank',
  );
});

describe.concurrent('a batch', () => {
  test('that all went well ends with 0, a table and, run again, nothing more to do', async () => {
    const lines = logins('one-account', 5, 1_000);
    const { run, file } = await batch('well', lines);
    const ran = await run(['--wait']);
    expect(ran).toMatchObject({ exit: 0, stdout: 'Outcome    Logins\ncompleted       5\n' });
    expect(ran.stderr).toMatch(/5 of 5 · .*\/s/);
    expect(await run(['--wait'])).toMatchObject({ exit: 0, stdout: ran.stdout });
    for (const loginId of lines) expect(called(loginId)).toEqual(once);
    // Another report is another batch, which may ask the same logins again.
    expect(await run(['--wait', '--report', `${file}.second`])).toMatchObject({ exit: 0, stdout: ran.stdout });
    for (const loginId of lines) expect(called(loginId)).toMatchObject({ Authorize: 2 });
  });

  test('need not be waited for, is started no faster than asked, and can be waited for later', async () => {
    const lines = logins('one-account', 6, 2_000);
    const { run } = await batch('later', lines);
    const ran = await run(['--rate', '2', '--json']);
    expect({ exit: ran.exit, ...summaryOf(ran) }).toMatchObject({ exit: 0, outcomes: { started: 6 } });
    await until('the last has arrived', () => lines.every((loginId) => called(loginId).GetAccountsDetail));
    // Five pauses of half a second lie between the first and the last; a busy machine makes the first late, not the last early.
    const arrivals = lines.map((loginId) => requestsOf(simulator.requests, loginId)[0]?.at ?? 0);
    expect(Math.max(...arrivals) - Math.min(...arrivals)).toBeGreaterThan(1_300);
    const waited = await run(['--wait', '--json']);
    expect({ exit: waited.exit, ...summaryOf(waited) }).toMatchObject({ exit: 0, outcomes: { completed: 6 } });
    for (const loginId of lines) expect(called(loginId)).toEqual(once);
  });

  test('that is broken off by Ctrl-C starts no more, says how to go on, and the runs go on', async () => {
    const lines = logins('pending-for-ever', 3, 3_000);
    const { run, reported } = await batch('interrupted', lines);
    let kill: (signal: NodeJS.Signals) => void = () => {};
    const running = run(['--wait', '--concurrency', '2', '--json', '--interval', '10 minutes'], {
      onStart: (end) => (kill = end),
    });
    await until('two have arrived', () => called(lines[1] ?? '').GetAccountsDetail);
    kill('SIGINT');
    const ran = await running;
    expect({ exit: ran.exit, code: errorOf(ran)?.code }).toEqual({ exit: 130, code: 'Interrupted' });
    expect(ran.stderr).toContain('Run the same command again');
    expect(called(lines[2] ?? '')).toEqual({});
    expect(await reported()).toEqual([]);
    expect(await client.status(idOf(lines[0] ?? ''))).toMatchObject({ status: 'RUNNING' });

    const late = await run(['--wait', '--json', '--interval', '10 minutes', '--timeout', '2 seconds']);
    expect({ exit: late.exit, code: errorOf(late)?.code }).toEqual({ exit: 4, code: 'Timeout' });
    await Promise.all(lines.map((loginId) => client.cancel(idOf(loginId))));
    const cancelled = await run(['--wait', '--json', '--interval', '10 minutes']);
    expect({ exit: cancelled.exit, ...summaryOf(cancelled) }).toMatchObject({ exit: 1, outcomes: { Cancelled: 3 } });
    for (const loginId of lines) expect(called(loginId)).toMatchObject({ Authorize: 1 });
  });

  test('joins the run that a login has, and starts none where that one was asked for something else', async () => {
    const [same = '', other = ''] = logins('pending-for-ever', 2, 4_000);
    await client.start({ login: { loginId: same }, mode: 'live' });
    await client.start({ login: { loginId: other } });
    const { run } = await batch('joined', [same, other]);
    const ran = await run(['--mode', 'live', '--json']);
    expect({ exit: ran.exit, ...summaryOf(ran) }).toMatchObject({ exit: 1, outcomes: { joined: 1, InputConflict: 1 } });
    await Promise.all([same, other].map((loginId) => client.cancel(idOf(loginId))));
  });

  test('of credentials is taken from stdin only, and its passwords are in no output, report or workflow id', async () => {
    const secret = 'Fictitious-Pass-7392';
    const login = (password: string, username: string) =>
      JSON.stringify({ login: { institution: 'FlinksCapital', username, password } });
    const lines = [login(PASSWORD, 'plain+71'), login(secret, 'plain+72')];
    const { run, file } = await batch('credentials', lines);
    const refused = await run(['--json']);
    expect({ exit: refused.exit, ...summaryOf(refused) }).toEqual({ exit: 2, outcomes: {}, badLines: 2 });
    expect(refused.stdout).toContain('stdin');

    const report = `${file}.stdin`;
    const piped = { stdin: `${lines.join('\n')}\n` };
    const command = ['start', '--from-file', '-', '--report', report, '--wait', '--json'];
    const ran = await starter(command, piped);
    expect({ exit: ran.exit, ...summaryOf(ran) }).toMatchObject({
      exit: 1,
      outcomes: { completed: 1, InvalidCredentials: 1 },
    });
    expect((await starter(command, piped)).exit).toBe(1);
    const logins = simulator.requests.filter(({ live, body }) => live && JSON.stringify(body).includes('plain+7'));
    expect(logins).toHaveLength(2);
    const written =
      [refused, ran].map(({ stdout, stderr }) => stdout + stderr).join('') + (await readFile(report, 'utf8'));
    for (const word of [secret, PASSWORD, 'plain+7']) expect(written).not.toContain(word);
  });

  test('without a server ends with 5 and begins no report', async () => {
    const { file, reported } = await batch('unreachable', logins('one-account', 1, 5_000));
    const nobody = starterHere(`127.0.0.1:${(await freePorts(1))[0]}`);
    const ran = await nobody(['start', '--from-file', file, '--json']);
    expect({ exit: ran.exit, code: errorOf(ran)?.code }).toEqual({ exit: 5, code: 'ServerUnreachable' });
    await expect(readFile(`${file}.report.ndjson`)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await reported()).toEqual([]);
  });
});
