import { afterEach, beforeEach, expect, test } from 'vitest';
import { loginIdFor, type Simulator, startSimulator } from '../../../simulator/server.js';
import { callerOf, promptsOf } from '../../support/simulator-caller.js';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 15, 12);
const SANDBOX_ANSWERS: Record<string, string> = {
  'What city were you born in?': 'Montreal',
  'What is the best country on earth?': 'Canada',
  'What shape do people like most?': 'Triangle',
};

let simulator: Simulator;
let flinks: ReturnType<typeof callerOf>;

beforeEach(async () => {
  simulator = await startSimulator({ now: () => Promise.resolve(START) });
  flinks = callerOf(simulator);
});
afterEach(() => simulator.close());

const credentials = (Username: string, Password = 'Everyday') => ({
  Institution: 'FlinksCapital',
  Username,
  Password,
  MostRecentCached: false,
  Save: true,
});

test('Greatday is asked one of the documented questions and then gets accounts', async () => {
  const key = await flinks.token();
  const asked = await flinks.authorize(credentials('Greatday'), key);
  const [prompt = ''] = promptsOf(asked);
  const RequestId = String(asked.body?.['RequestId']);
  const opened = await flinks.authorize({ RequestId, SecurityResponses: { [prompt]: [SANDBOX_ANSWERS[prompt]] } }, key);
  const detail = await flinks.post('GetAccountsDetail', { RequestId });

  expect([asked.status, opened.status, detail.status]).toEqual([203, 200, 200]);
  expect(asked.body?.['Links']).toEqual([{ rel: 'Authorization', href: '/Authorize', example: null }]);
  expect(opened.body?.['Login']).toMatchObject({ Username: 'Greatday', LastRefresh: '2026-01-15T12:00:00.0000000' });
  expect(detail.body?.['Accounts']).toHaveLength(4);
});

test('the other sandbox users answer as Flinks documents them', async () => {
  const statusAndCode = async (body: object) => {
    const { status, body: reply } = await flinks.authorize(body);
    return [status, reply?.['FlinksCode']];
  };
  expect(await statusAndCode(credentials('greatday_nomfa'))).toEqual([200, undefined]);
  expect(await statusAndCode(credentials('test_disabled_account'))).toEqual([401, 'DISABLED_LOGIN']);
  expect(await statusAndCode(credentials('test_service_unavailable'))).toEqual([401, 'RETRY_LATER']);
  expect(await statusAndCode(credentials('Greatday', 'Everynight'))).toEqual([401, 'INVALID_LOGIN']);
  for (const [name, code] of [
    ['test_dispatched', 'OPERATION_DISPATCHED'],
    ['test_pending', 'OPERATION_PENDING'],
  ] as const) {
    const RequestId = await flinks.openSession(name);
    const detail = await flinks.post('GetAccountsDetail', { RequestId });
    const poll = await flinks.get('GetAccountsDetailAsync', RequestId);
    expect([detail.status, detail.body?.['FlinksCode'], poll.status]).toEqual([202, code, 202]);
    expect(detail.text).toContain('{Endpoint}Async');
  }
});

test('names and passwords of the sandbox are not case-sensitive, and lead to one LoginId', async () => {
  const loginOf = async (name: string, password: string) =>
    (await flinks.authorize(credentials(name, password))).body?.['Login'] as { Id: string };
  const [lower, upper] = [await loginOf('greatday_nomfa', 'everyday'), await loginOf('GREATDAY_NOMFA', 'EVERYDAY')];
  expect(lower.Id).toMatch(/^[-0-9a-f]{36}$/);
  expect(upper.Id).toBe(lower.Id);
});

test('a LoginId is known after a saved live login, unknown before, unknown when not saved, and gone when deleted', async () => {
  const open = async (LoginId: unknown) =>
    (await flinks.authorize({ LoginId, MostRecentCached: true })).body?.['FlinksCode'];
  const saved = await flinks.authorize(credentials('plain'));
  const unsaved = await flinks.authorize({ ...credentials('plain+2'), Save: false });
  const { Id } = (saved.body as { Login: { Id: string } }).Login;

  expect(unsaved.body?.['Login']).toBeUndefined();
  expect(await open('0f0e0d0c-0000-4000-8000-000000000001')).toBe('INVALID_LOGIN');
  expect(
    await open(simulator.requests.find(({ body }) => typeof body === 'object' && body['Save'] === false)?.loginId),
  ).toBe('INVALID_LOGIN');
  expect(await open(Id)).toBeUndefined();
  expect((await flinks.send('DELETE', `DeleteCard/${Id}`, '')).status).toBe(200);
  expect(await open(Id)).toBe('INVALID_LOGIN');
});

test('a token opens one session, serves the answers of that session only, and lives for 30 minutes', async () => {
  const start = { LoginId: loginIdFor('question'), MostRecentCached: true };
  const key = await flinks.token();
  const first = await flinks.authorize(start, key);
  const answers = {
    RequestId: first.body?.['RequestId'],
    SecurityResponses: { 'What city were you born in?': ['Montreal'] },
  };

  const refused = [
    await flinks.authorize(start, key),
    await flinks.authorize(answers),
    await flinks.authorize(start, 'no-token'),
  ];
  for (const { status, body } of refused) {
    expect([status, body?.['FlinksCode']]).toEqual([401, 'UNAUTHORIZED']);
    expect(body?.['Message']).toContain('token');
  }
  expect((await flinks.authorize(answers, key)).status).toBe(200);

  const late = await flinks.token();
  simulator.advanceClock(30 * MINUTE + 1);
  expect((await flinks.authorize(start, late)).body?.['FlinksCode']).toBe('UNAUTHORIZED');
});

test('wrong keys are refused: secret, x-api-key, customerId and method', async () => {
  const wrongSecret = await flinks.send('POST', 'GenerateAuthorizeToken', 'wrong');
  expect([wrongSecret.status, wrongSecret.body?.['FlinksCode']]).toEqual([401, 'UNAUTHORIZED']);

  const base = `${simulator.url}/v3/${simulator.keys.customerId}/BankingServices`;
  const noApiKey = await fetch(`${base}/GetAccountsSummary`, { method: 'POST', body: '{}' });
  expect([noApiKey.status, await noApiKey.json()]).toMatchObject([401, { FlinksCode: 'ACCESS_DENIED' }]);
  expect((await fetch(`${base}/Authorize`)).status).toBe(405);

  const stranger = await fetch(`${base.replace(simulator.keys.customerId, 'somebody')}/Authorize`, { method: 'POST' });
  expect([stranger.status, stranger.headers.get('content-type')]).toEqual([404, 'text/html']);
});

test('a session dies after 8 idle minutes while authorizing and after 30 while data are processed', async () => {
  const idle = await flinks.openSession('plain');
  simulator.advanceClock(8 * MINUTE + 1);
  expect((await flinks.post('GetAccountsDetail', { RequestId: idle })).body).toEqual({
    HttpStatusCode: 400,
    Message: expect.any(String) as string,
    FlinksCode: 'SESSION_NONEXISTENT',
  });

  const busy = await flinks.openSession('pending-for-ever');
  simulator.advanceClock(8 * MINUTE);
  expect((await flinks.post('GetAccountsDetail', { RequestId: busy })).status).toBe(202);
  simulator.advanceClock(30 * MINUTE);
  expect((await flinks.get('GetAccountsDetailAsync', busy)).status).toBe(202);
  simulator.advanceClock(30 * MINUTE + 1);
  expect((await flinks.get('GetAccountsDetailAsync', busy)).status).toBe(400);
});

test('data come with the promised poll, a second Detail stays pending, and an unasked Async finds no session', async () => {
  const RequestId = await flinks.openSession('both-pending');
  const statuses = async (kind: string) => {
    const replies = [
      await flinks.get(`${kind}Async`, RequestId),
      await flinks.post(kind, { RequestId }),
      await flinks.post(kind, { RequestId }),
      await flinks.get(`${kind}Async`, RequestId),
      await flinks.get(`${kind}Async`, RequestId),
      await flinks.get(`${kind}Async`, RequestId),
    ];
    return replies.map(({ status }) => status);
  };
  expect(await statuses('GetAccountsSummary')).toEqual([400, 202, 202, 202, 200, 200]);
  expect(await statuses('GetAccountsDetail')).toEqual([400, 202, 202, 202, 200, 200]);
});

test('flags, days and filter decide what the details hold, and the data repeat by seed', async () => {
  const RequestId = await flinks.openSession('plain');
  const accounts = async (wishes: object) =>
    ((await flinks.post('GetAccountsDetail', { RequestId, ...wishes })).body as { Accounts: Record<string, unknown>[] })
      .Accounts;
  const count = ([first]: Record<string, unknown>[]) =>
    Array.isArray(first?.['Transactions']) ? first['Transactions'].length : 0;

  const whole = await accounts({});
  const bare = await accounts({ WithTransactions: false, WithAccountIdentity: false, WithKYC: false });
  expect(bare[0]).toMatchObject({ AccountNumber: null, TransitNumber: null, Holder: null, Transactions: [] });
  expect((await accounts({ WithBalance: false }))[0]).toMatchObject({ Balance: null });
  const summary = await flinks.post('GetAccountsSummary', { RequestId, WithBalance: false });
  expect(summary.body?.['Accounts']).toMatchObject([{ Balance: null }, {}, {}, {}]);
  expect(count(await accounts({ DaysOfTransactions: 'Days365' }))).toBeGreaterThan(3 * count(whole));
  expect(await accounts({ AccountsFilter: [whole[2]?.['Id']] })).toEqual([whole[2]]);

  const stranger = await flinks.post('GetAccountsDetail', { RequestId, AccountsFilter: [RequestId] });
  expect([stranger.status, stranger.body?.['FlinksCode']]).toEqual([400, 'INVALID_REQUEST']);

  const twin = await startSimulator({ now: () => START });
  try {
    const requestId = await callerOf(twin).openSession('plain');
    const again = await callerOf(twin).post('GetAccountsDetail', { requestId });
    expect(again.body?.['Accounts']).toEqual(whole);
  } finally {
    await twin.close();
  }
});

test('a card whose data are still being processed cannot be deleted', async () => {
  const RequestId = await flinks.openSession('pending-1-poll');
  const remove = async () => {
    const { status, body } = await flinks.send('DELETE', `DeleteCard/${loginIdFor('pending-1-poll')}`, '');
    return [status, body?.['FlinksCode']];
  };
  await flinks.post('GetAccountsDetail', { RequestId });
  expect(await remove()).toEqual([400, 'CARD_IN_USE']);
  await flinks.get('GetAccountsDetailAsync', RequestId);
  expect(await remove()).toEqual([200, undefined]);
  expect((await flinks.post('GetAccountsDetail', { RequestId })).body?.['FlinksCode']).toBe('SESSION_NONEXISTENT');
  expect(await remove()).toEqual([401, 'INVALID_LOGIN']);
});

test('a malformed or incomplete body is an INVALID_REQUEST', async () => {
  const bodies = [
    '{"LoginId":',
    '[]',
    { LoginId: loginIdFor('plain') },
    { LoginId: 'not-a-guid', MostRecentCached: true },
    { ...credentials('Greatday'), LoginId: loginIdFor('plain') },
    { ...credentials('Greatday'), MostRecentCached: true },
  ];
  for (const body of bodies) {
    const reply = await flinks.authorize(body);
    expect([body, reply.status, reply.body?.['FlinksCode']]).toEqual([body, 400, 'INVALID_REQUEST']);
  }
});
