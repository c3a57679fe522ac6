import { describe, expect, test } from 'vitest';
import { LARGE } from '../../simulator/accounts.js';
import { workerEnvironment } from '../../simulator/defaults.js';
import { countByEndpoint, requestsOf } from '../../simulator/record.js';
import { loginIdFor } from '../../simulator/server.js';
import type { Stage } from '../../src/contract.js';
import { liveStack } from '../support/live-stack.js';
import { documentOf, errorOf, starterAt, type Ran } from '../support/starter.js';
import { starterHere } from '../support/starter-here.js';
import { until } from '../support/until.js';

const prompt = 'What city were you born in?';
const once = { GenerateAuthorizeToken: 1, Authorize: 1, GetAccountsSummary: 1, GetAccountsDetail: 1 };

const { server, simulator, client, work } = await liveStack();
const worker = await work();
/** Each command is a process of its own: every command is tried so at least once. */
const starter = starterAt(server.address);
const here = starterHere(server.address);

const idOf = (loginId: string): string => `account-details-${loginId}`;
const sent = (loginId: string) => countByEndpoint(requestsOf(simulator.requests, loginId));
const authorizes = (loginId: string) =>
  requestsOf(simulator.requests, loginId).filter(({ endpoint }) => endpoint === 'Authorize');

/** A line that `watch --json` writes. */
interface Told {
  progress: { stage: Stage };
}

const reaches = (loginId: string, stage: Stage) =>
  until(`the run is in ${stage}`, async () => (await client.progress(idOf(loginId))).stage === stage);

/** What a program may rely on: the exit code and the document, both at once. */
const ended = (ran: Ran) => ({ exit: ran.exit, ...(documentOf(ran) as object) });
const failed = (ran: Ran) => ({ exit: ran.exit, ...errorOf(ran) });

describe('the command line', () => {
  test('a run is started, its status told and its result printed, each as one JSON document', async () => {
    const loginId = loginIdFor('plain', 1);
    const started = ended(await starter(['start', '--login-id', loginId.toUpperCase(), '--days', 'Days365', '--json']));
    expect(started).toEqual({ exit: 0, workflowId: idOf(loginId), runId: expect.any(String), started: true });

    const result = ended(await starter(['result', '--login-id', loginId, '--json']));
    expect(result).toEqual({
      exit: 0,
      httpStatusCode: 200,
      requestId: expect.any(String),
      institution: 'FlinksCapital',
      institutionId: 14,
      institutionName: 'FlinksCapital',
      login: expect.objectContaining({ id: loginId }),
      summary: expect.any(Array),
      accounts: expect.any(Array),
      freshness: {
        lastRefresh: expect.any(String),
        lastRefreshAt: expect.stringMatching(/Z$/),
        cached: true,
        complete: true,
      },
      polls: 0,
      challengeRounds: 0,
    });
    expect(result).toHaveProperty('accounts.length', 4);
    expect(ended(await starter(['status', idOf(loginId), '--json']))).toEqual({
      exit: 0,
      workflowId: idOf(loginId),
      runId: expect.any(String),
      status: 'COMPLETED',
      progress: expect.objectContaining({ stage: 'completed', polls: 0, round: 0 }),
    });
    expect(sent(loginId)).toEqual(once);
    const detail = requestsOf(simulator.requests, loginId).find(({ endpoint }) => endpoint === 'GetAccountsDetail');
    expect(detail?.body).toMatchObject({ DaysOfTransactions: 'Days365', WithTransactions: true });
  });

  test('start --wait shows a person the accounts, with no more than the last digits of their numbers', async () => {
    const loginId = loginIdFor('plain', 2);
    const ran = await starter(['start', '--login-id', loginId, '--wait', '--timeout', '1 minute']);
    expect(ran).toMatchObject({ exit: 0, stderr: expect.stringContaining(`started ${idOf(loginId)}`) });
    expect(ran.stdout).toMatch(/Name +Type +Number +Balance +Currency +Transactions/);
    expect(ran.stdout).toMatch(/Everyday Chequing +Chequing +\*{4}\d{4} +\d+\.\d\d +CAD +\d+/);
    const { accounts } = await client.result(idOf(loginId));
    expect(accounts).toHaveLength(4);
    for (const { accountNumber } of accounts) expect(ran.stdout).not.toContain(accountNumber);
    expect(sent(loginId)).toEqual(once);
  });

  test('figures keep the digits that a double would lose, for a program and for a person', async () => {
    const loginId = loginIdFor('large-numbers');
    const ran = await starter(['start', '--login-id', loginId, '--wait', '--json', '--timeout', '1 minute']);
    const large = { reference: LARGE.Id, balance: { current: LARGE.Current, limit: 12.1 } };
    expect(ended(ran)).toMatchObject({ exit: 0, result: { accounts: [large, large, large, large] } });
    expect((await here(['result', '--login-id', loginId])).stdout).toMatch(/ 1000000000000000\.01 +CAD /);
    const never = await here(['start', '--login-id', loginIdFor('never-refreshed'), '--wait', '--timeout', '1 minute']);
    expect(never.stdout).toContain('stored data, never refreshed, not complete yet');
  });

  test('watch tells every change as a line of JSON, and its exit code how the run ended', async () => {
    const [done, cancelled] = [loginIdFor('one-account', 1), loginIdFor('pending-for-ever', 2)];
    await client.start({ login: { loginId: done } });
    await client.start({ login: { loginId: cancelled }, polling: { interval: '1 second', deadline: '10 minutes' } });
    let seen = '';
    const watching = starter(['watch', cancelled, '--json'], { onStdout: (text) => (seen += text) });
    await until('watch has told of polls', () => seen.split('"polls":').length > 3);
    await client.cancel(idOf(cancelled));
    const { exit, stdout } = await watching;
    const lines = stdout.trimEnd().split('\n');
    const stages = lines.map((line) => (JSON.parse(line) as Told).progress.stage);
    expect({ exit, first: stages[0], last: stages.at(-1) }).toEqual({
      exit: 1,
      first: 'waitingForFlinks',
      last: 'cancelled',
    });
    expect(new Set(lines).size).toBe(lines.length);

    await reaches(done, 'completed');
    expect(ended(await starter(['watch', done, '--json']))).toMatchObject({ exit: 0, status: 'COMPLETED' });
  });

  test('a login that is started twice is joined, and refused by name of the fields where it means something else', async () => {
    const loginId = loginIdFor('question', 1);
    const first = ended(await here(['start', '--login-id', loginId, '--json']));
    const same = ['start', '--login-id', loginId.toUpperCase(), '--interval', '30s', '--mode', 'cached', '--json'];
    const other = ['start', '--login-id', loginId, '--mode', 'live', '--days', 'Days365', '--json'];
    const [joined, conflict] = await Promise.all([here(same), here(other)]);
    expect(ended(joined)).toEqual({ ...first, started: false });
    expect(failed(conflict)).toEqual({
      exit: 1,
      code: 'InputConflict',
      message: expect.stringContaining('details.daysOfTransactions'),
      fields: expect.arrayContaining(['mode', 'details.daysOfTransactions']),
    });
    expect(errorOf(conflict).fields).toHaveLength(2);
    await reaches(loginId, 'awaitingAnswers');
    expect(sent(loginId)).toEqual({ GenerateAuthorizeToken: 1, Authorize: 1 });
    expect(ended(await here(['cancel', loginId, '--json']))).toMatchObject({ exit: 0, cancelled: true });
  });

  test('without a terminal a program is told that an answer is needed, gives it by stdin and gets the result', async () => {
    const loginId = loginIdFor('question', 2);
    const waited = failed(await starter(['start', '--login-id', loginId, '--wait', '--json']));
    expect(waited).toEqual({ exit: 3, code: 'AnswerNeeded', message: expect.stringContaining(idOf(loginId)) });
    const [result, watch] = await Promise.all([here(['result', loginId, '--json']), here(['watch', loginId])]);
    expect(failed(result)).toMatchObject({ exit: 3, code: 'AnswerNeeded' });
    expect(watch).toMatchObject({ exit: 3, stdout: '', stderr: expect.stringContaining('npm run starter -- answer') });

    const wrong = await here(['answer', loginId, '--json'], { stdin: '{"Who are you?":"Nobody"}' });
    expect(failed(wrong)).toMatchObject({ exit: 1, code: 'UnknownPrompt' });
    expect(wrong.stdout + wrong.stderr).not.toContain('Nobody');
    const empty = await here(['answer', loginId, '--json'], { stdin: `{"${prompt}":" "}` });
    expect(failed(empty)).toMatchObject({ exit: 1, code: 'EmptyAnswer' });
    expect(authorizes(loginId)).toHaveLength(1);

    const right = await starter(['answer', loginId, '--json'], { stdin: `{"${prompt}":"Montreal"}\n` });
    expect(ended(right)).toEqual({ exit: 0, accepted: true, round: 1 });
    expect(ended(await here(['result', loginId, '--json']))).toMatchObject({ exit: 0, challengeRounds: 1 });
    expect(authorizes(loginId)).toHaveLength(2);
    expect(authorizes(loginId)[1]?.body).toMatchObject({ SecurityResponses: { [prompt]: ['Montreal'] } });
    const late = await here(['answer', loginId, '--json'], { stdin: `{"${prompt}":"Montreal"}` });
    expect(failed(late)).toMatchObject({ exit: 1, code: 'RunClosed' });
    expect(authorizes(loginId)).toHaveLength(2);
    expect(worker.output()).not.toContain('Montreal');
  });

  test('--timeout ends the waiting and not the run, which cancel then ends', async () => {
    const loginId = loginIdFor('pending-for-ever', 1);
    const input = ['--login-id', loginId, '--interval', '10 minutes'];
    const limit = ['--timeout', '1 second', '--json'];
    const waited = failed(await here(['start', ...input, '--wait', ...limit]));
    expect(waited).toMatchObject({ exit: 4, code: 'Timeout', message: expect.stringContaining(idOf(loginId)) });
    const [result, watch] = await Promise.all([
      here(['result', loginId, ...limit]),
      here(['watch', loginId, '--timeout', '1 second']),
    ]);
    expect(failed(result)).toMatchObject({ exit: 4, code: 'Timeout' });
    expect(watch).toMatchObject({ exit: 4, stdout: '' });
    const status = documentOf(await here(['status', loginId, '--json']));
    expect(status).toMatchObject({ status: 'RUNNING', progress: { stage: 'waitingForFlinks' } });

    expect(await starter(['cancel', loginId])).toMatchObject({ exit: 0, stdout: '' });
    const after = await Promise.all(['result', 'watch', 'cancel'].map((command) => here([command, loginId, '--json'])));
    const [resultOf, watched, cancelled] = after.map(ended);
    expect(resultOf).toMatchObject({ exit: 1, error: { code: 'Cancelled' } });
    expect(watched).toMatchObject({ exit: 1, status: 'CANCELLED', progress: { stage: 'cancelled' } });
    expect(cancelled).toMatchObject({ exit: 1, error: { code: 'RunClosed' } });
    expect(sent(loginId)).toEqual(once);
  });

  test('a refused login ends in the contract’s words, for programs and for people, and is called once', async () => {
    const loginId = loginIdFor('test_disabled_account', 1);
    expect(failed(await here(['start', '--login-id', loginId, '--wait', '--json']))).toMatchObject({
      exit: 1,
      code: 'LoginRefused',
    });
    const [result, watch] = await Promise.all([here(['result', loginId]), here(['watch', loginId])]);
    for (const ran of [result, watch]) {
      expect(ran).toMatchObject({ exit: 1, stdout: '' });
      expect(ran.stderr).toContain('DISABLED_LOGIN');
      expect(ran.stderr).not.toMatch(/^ +at /m);
    }
    expect(sent(loginId)).toEqual({ GenerateAuthorizeToken: 1, Authorize: 1 });
  });

  test('a run that is not there is said to be missing by every command that names one', async () => {
    const loginId = loginIdFor('plain', 999);
    const commands = ['status', 'answer', 'result', 'watch', 'cancel'];
    const ran = await Promise.all(commands.map((command) => here([command, loginId, '--json'], { stdin: '{}' })));
    for (const one of ran) expect(failed(one)).toMatchObject({ exit: 1, code: 'NoSuchRun' });
    expect(sent(loginId)).toEqual({});
  });

  test('operators list the runs of a stage', async () => {
    const loginId = loginIdFor('question', 3);
    await here(['start', '--login-id', loginId, '--json']);
    await until('the run is listed', async () => {
      for await (const { workflowId } of client.list({ stage: 'awaitingAnswers' }))
        if (workflowId === idOf(loginId)) return true;
      return false;
    });
    const asked = ['list', '--stage', 'awaitingAnswers', '--institution', 'FlinksCapital'];
    const listed = await starter([...asked, '--json']);
    expect({ exit: listed.exit, runs: documentOf(listed) }).toEqual({
      exit: 0,
      runs: expect.arrayContaining([
        expect.objectContaining({ workflowId: idOf(loginId), status: 'RUNNING', stage: 'awaitingAnswers' }),
      ]),
    });
    const [table, limited] = await Promise.all([
      here(['list', '--stage', 'awaitingAnswers']),
      here(['list', '--limit', '1', '--json']),
    ]);
    expect(table).toMatchObject({ exit: 0, stderr: '', stdout: expect.stringMatching(/^Workflow id +Status +Stage/) });
    expect(table.stdout).toContain(idOf(loginId));
    expect(documentOf(limited)).toHaveLength(1);
    expect((await here(['cancel', loginId])).exit).toBe(0);
  });

  test('doctor finds all well, or says which variable is missing', async () => {
    const flinks = workerEnvironment(simulator.url, simulator.keys);
    const badOf = (ran: Ran) => (documentOf(ran) as { ok: boolean; note: string }[]).filter(({ ok }) => !ok);
    const [well, missing] = await Promise.all([
      starter(['doctor', '--json'], { env: flinks }),
      here(['doctor', '--json'], { env: { ...flinks, FLINKS_API_KEY: undefined } }),
    ]);
    expect({ exit: well.exit, bad: badOf(well) }).toEqual({
      exit: 0,
      bad: [],
    });
    expect(missing.exit).not.toBe(0);
    expect(badOf(missing)).toEqual([expect.objectContaining({ note: expect.stringContaining('FLINKS_API_KEY') })]);
    expect(missing.stdout + missing.stderr).not.toContain(simulator.keys.secretKey);
  });
});

describe('a password', () => {
  const secret = 'Fictitious-Pass-7391';
  const login = ['--institution', 'FlinksCapital', '--username', 'plain+7'];
  const loginsWith = (password: string) =>
    simulator.requests.filter(({ body }) => typeof body === 'object' && body['Password'] === password);

  test('comes from stdin, goes to Flinks once, and is in no output of starter or worker', async () => {
    const ran = await starter(['start', ...login, '--wait', '--json'], { stdin: `${secret}\n` });
    expect(failed(ran)).toMatchObject({ exit: 1, code: 'InvalidCredentials' });
    expect(loginsWith(secret)).toHaveLength(1);
    const shown = await here(['list', '--json']);
    expect(ran.stdout + ran.stderr + shown.stdout + worker.output()).not.toContain(secret);
  });

  test('that is right opens a live session under an id of the caller’s own', async () => {
    const ran = await here(['start', ...login, '--workflow-id', 'case-0142', '--wait', '--json'], {
      stdin: 'Everyday',
    });
    expect(ended(ran)).toMatchObject({
      exit: 0,
      workflowId: 'case-0142',
      started: true,
      result: { freshness: { cached: false }, login: { username: 'plain+7' } },
    });
    expect(loginsWith('Everyday').map(({ live }) => live)).toEqual([true]);
    expect(await here(['status', '--workflow-id', 'case-0142'])).toMatchObject({ exit: 0 });
  });

  test('is not taken as an argument, and its absence is said', async () => {
    const before = simulator.requests.length;
    const [argument, nothing] = await Promise.all([
      here(['start', ...login, '--password', secret, '--json']),
      here(['start', ...login, '--json']),
    ]);
    expect(failed(argument)).toMatchObject({ exit: 2, code: 'Usage' });
    expect(argument.stdout + argument.stderr).not.toContain(secret);
    expect(failed(nothing)).toMatchObject({ exit: 2, message: expect.stringContaining('password is missing') });
    expect(simulator.requests).toHaveLength(before);
  });
});
