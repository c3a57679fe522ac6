import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scenarioMarkdown } from '../../../simulator/list.js';
import { loginIdFor, SCENARIOS, type Simulator, startSimulator } from '../../../simulator/server.js';
import { callerOf } from '../../support/simulator-caller.js';

let simulator: Simulator;
let flinks: ReturnType<typeof callerOf>;

beforeEach(async () => {
  simulator = await startSimulator({ now: () => Date.UTC(2026, 0, 15) });
  flinks = callerOf(simulator);
});
afterEach(() => simulator.close());

async function control(path: string, body?: unknown) {
  const post = body !== undefined && { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${simulator.url}/_simulator/${path}`, { ...post });
  const parsed: unknown = await response.json();
  return { status: response.status, body: parsed };
}

test('the counts of one LoginId include the token that opened its session', async () => {
  await flinks.token();
  const RequestId = await flinks.openSession('question-then-pending');
  await flinks.post('GetAccountsSummary', { RequestId });
  await flinks.openSession('plain');

  expect((await control(`counts?loginId=${loginIdFor('question-then-pending').toUpperCase()}`)).body).toEqual({
    GenerateAuthorizeToken: 1,
    Authorize: 2,
    GetAccountsSummary: 1,
  });
  expect((await control('counts')).body).toEqual({ GenerateAuthorizeToken: 3, Authorize: 3, GetAccountsSummary: 1 });
});

test('the record shows what was sent, to whom it belonged and what came back', async () => {
  const loginId = loginIdFor('plain', 7);
  const body = { LoginId: loginId, MostRecentCached: false, Tag: 'order 1' };
  const reply = await flinks.authorize(body);
  const requestId = reply.body?.['RequestId'];
  await flinks.get('GetAccountsDetailAsync', String(requestId));

  expect(reply.body?.['Tag']).toBe('order 1');
  const [, authorize, poll] = (await control(`requests?loginId=${loginId}`)).body as object[];
  const at = Date.UTC(2026, 0, 15);
  expect(authorize).toMatchObject({
    at,
    closedAt: at,
    endpoint: 'Authorize',
    method: 'POST',
    loginId,
    requestId,
    status: 200,
    openAlongside: 0,
    live: true,
    answer: false,
    body,
  });
  expect(poll).toMatchObject({ endpoint: 'GetAccountsDetailAsync', loginId, requestId, code: 'SESSION_NONEXISTENT' });
});

test('two Authorize requests of one LoginId that are open at once are seen', async () => {
  simulator.inject({ endpoint: 'Authorize', fault: { kind: 'slow-first-byte', delayMs: 300 } });
  const start = { LoginId: loginIdFor('plain'), MostRecentCached: true };
  const keys = [await flinks.token(), await flinks.token(), await flinks.token(), await flinks.token()] as const;
  const neighbour = { ...start, LoginId: loginIdFor('plain', 2) };
  await Promise.all([
    flinks.authorize(start, keys[0]),
    flinks.authorize(start, keys[1]),
    flinks.authorize(neighbour, keys[3]),
  ]);
  await flinks.authorize(start, keys[2]);
  const authorizes = simulator.requests.filter(({ endpoint }) => endpoint === 'Authorize');
  const overlaps = (loginId: string) =>
    authorizes.filter((request) => request.loginId === loginId).map(({ openAlongside }) => openAlongside);
  expect([overlaps(start.LoginId), overlaps(neighbour.LoginId)]).toEqual([[0, 1, 0], [0]]);
});

test('another process can advance the clock, inject faults and start afresh', async () => {
  const RequestId = await flinks.openSession('plain');
  await control('faults', { endpoint: 'GetAccountsSummary', fault: { kind: 'status', status: 503 } });
  expect((await flinks.post('GetAccountsSummary', { RequestId })).status).toBe(503);
  await control('clock', { advanceMs: 9 * 60_000 });
  expect((await flinks.post('GetAccountsSummary', { RequestId })).status).toBe(400);
  await control('reset', {});
  expect([(await control('requests')).body, (await control('health')).body]).toEqual([[], { ok: true }]);
  await flinks.token();
  expect(simulator.requests.at(-1)?.at).toBe(Date.UTC(2026, 0, 15));
  expect((await control('scenarios')).body).toHaveLength(SCENARIOS.length);
});

test('a wrong control request is told what is wrong', async () => {
  const wrong = [
    await control('faults', { endpoint: 'Elsewhere', fault: { kind: 'empty' } }),
    await control('faults', { endpoint: 'Authorize', fault: { kind: 'flood' } }),
    await control('clock', { advanceMs: 'soon' }),
    await control('nowhere'),
  ];
  expect(wrong.map(({ status }) => status)).toEqual([400, 400, 400, 404]);
  expect(wrong[1]?.body).toMatchObject({ error: expect.stringContaining('gzip-bomb') as string });
});

test('scenarios have names, numbers and usernames of their own, and hundreds of LoginIds', async () => {
  for (const key of ['name', 'number', 'username'] as const) {
    expect(new Set(SCENARIOS.map((scenario) => scenario[key])).size).toBe(SCENARIOS.length);
  }
  expect(loginIdFor('question-then-pending', 300)).toBe('5c000049-0000-4000-8000-00000000012c');
  expect(() => loginIdFor('no-such-scenario')).toThrow('no-such-scenario');
});

test('the document holds the table that --list-scenarios --markdown prints', async () => {
  expect(await readFile('docs/simulator.md', 'utf8')).toContain(scenarioMarkdown());
});

const main = (...args: string[]) =>
  spawn(process.execPath, ['--import', 'tsx', 'simulator/main.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

test('the command prints what a worker needs, ends with 0 on SIGTERM, and names a port that is in use', async () => {
  const first = main('--port', '0', '--json');
  const [line] = (await once(first.stdout, 'data')) as [Buffer];
  const { url, environment } = JSON.parse(line.toString()) as { url: string; environment: Record<string, string> };
  expect(environment).toMatchObject({ FLINKS_BASE_URL: url, FLINKS_CUSTOMER_ID: simulator.keys.customerId });

  const second = main('--port', new URL(url).port);
  const [[message], [code]] = await Promise.all([once(second.stderr, 'data'), once(second, 'exit')]);
  expect([String(message), code]).toEqual([expect.stringContaining(`--port ${new URL(url).port} is in use`), 1]);

  first.kill('SIGTERM');
  expect(await once(first, 'exit')).toEqual([0, null]);
});
