import { afterEach, beforeEach, expect, test } from 'vitest';
import { loginIdFor, type Simulator, startSimulator } from '../../../simulator/server.js';
import { callerOf } from '../../support/simulator-caller.js';

let simulator: Simulator;
let flinks: ReturnType<typeof callerOf>;
let lines: string[];

beforeEach(async () => {
  lines = [];
  simulator = await startSimulator({ log: (line) => lines.push(line) });
  flinks = callerOf(simulator);
});
afterEach(() => simulator.close());

test('GetStatements gives a PDF for each account, three with Months3, and twelve for one account only', async () => {
  const RequestId = await flinks.openSession('plain');
  const statements = async (wishes: object) =>
    (await flinks.post('GetStatements', { RequestId, ...wishes })).body?.['StatementsByAccount'] as {
      AccountNumber: string;
      Statements: { UniqueId: string; FileType: string; Base64Bytes: string }[];
    }[];
  const accounts = (await flinks.post('GetAccountsDetail', { RequestId })).body?.['Accounts'] as {
    Id: string;
    AccountNumber: string;
  }[];
  const [first] = accounts;

  const recent = await statements({});
  expect(recent.map(({ AccountNumber }) => AccountNumber)).toEqual(accounts.map(({ AccountNumber }) => AccountNumber));
  const pdf = recent[0]?.Statements[0];
  expect(pdf).toMatchObject({ FileType: 'PDF', UniqueId: expect.stringMatching(/^[-0-9a-f]{36}$/) as string });
  expect(Buffer.from(pdf?.Base64Bytes ?? '', 'base64').toString()).toMatch(/^%PDF-/);
  expect((await statements({ NumberOfStatements: 'Months3' })).map((one) => one.Statements.length)).toEqual([
    3, 3, 3, 3,
  ]);

  const year = { NumberOfStatements: 'Months12' };
  expect((await flinks.post('GetStatements', { RequestId, ...year })).status).toBe(400);
  expect((await flinks.post('GetStatements', { RequestId, NumberOfStatements: 'All' })).status).toBe(400);
  expect((await statements({ ...year, AccountsFilter: [first?.Id] })).map((one) => one.Statements.length)).toEqual([
    12,
  ]);
});

test.each(['GET', 'POST'])('a poll by %s counts, of statements as of details', async (method) => {
  for (const [scenario, endpoint] of [
    ['statements-pending', 'GetStatements'],
    ['pending-2-polls', 'GetAccountsDetail'],
  ] as const) {
    const RequestId = await flinks.openSession(scenario);
    const poll = async () => (await flinks.send(method, `${endpoint}Async/${RequestId}`, '')).status;
    expect((await flinks.post(endpoint, { RequestId })).status).toBe(202);
    expect([await poll(), await poll()]).toEqual([202, 200]);
  }
});

test('SetScheduledRefresh takes its fields in the body or in the query string, and Login shows it', async () => {
  const LoginId = loginIdFor('plain');
  const isOn = async () =>
    (await flinks.authorize({ LoginId, MostRecentCached: true })).body?.['Login'] as Record<string, unknown>;
  const set = (query: string, body?: object) => flinks.send('PATCH', `SetScheduledRefresh${query}`, '', body);
  expect(await isOn()).toMatchObject({ IsScheduledRefresh: false });
  expect((await set('', { LoginId, IsActivated: true })).status).toBe(200);
  expect(await isOn()).toMatchObject({ IsScheduledRefresh: true });
  expect((await set(`?loginId=${LoginId}&isActivated=false`)).status).toBe(200);
  expect(await isOn()).toMatchObject({ IsScheduledRefresh: false });
  expect((await set('', { LoginId })).body?.['FlinksCode']).toBe('INVALID_REQUEST');
  expect((await set('', { LoginId: '0f0e0d0c-0000-4000-8000-000000000001', IsActivated: true })).status).toBe(401);
  expect(simulator.requests.filter(({ endpoint }) => endpoint === 'SetScheduledRefresh')[0]?.loginId).toBe(LoginId);
});

test('GetMFAQuestions lists what a login can be asked', async () => {
  const LoginId = loginIdFor('several-prompts');
  const { status, body } = await flinks.send('GET', `GetMFAQuestions/${LoginId}`, '');
  expect([status, body]).toEqual([
    200,
    {
      HttpStatusCode: 200,
      Message: 'SUCCESS',
      Questions: [{ Question: 'What city were you born in?' }, { Question: 'What shape do people like most?' }],
    },
  ]);
  expect(simulator.requests.at(-1)).toMatchObject({ endpoint: 'GetMFAQuestions', loginId: LoginId, status: 200 });
});

test('a request to a door that is not there leaves a record and a line, as every other does', async () => {
  await flinks.token();
  await flinks.send('POST', 'AuthorizeMultiple', '', { LoginIds: [loginIdFor('plain')] });
  await flinks.send('GET', 'GetAccountsDetailAsync', '');
  await fetch(`${simulator.url}//elsewhere/5?key=secret`, { method: 'PUT', body: 'text' });

  expect(simulator.requests.map(({ method, endpoint, status, body }) => [method, endpoint, status, body])).toEqual([
    ['POST', 'GenerateAuthorizeToken', 200, undefined],
    ['POST', 'AuthorizeMultiple', 404, { LoginIds: [loginIdFor('plain')] }],
    ['GET', 'GetAccountsDetailAsync', 404, undefined],
    ['PUT', '//elsewhere/5', 404, 'text'],
  ]);
  expect(lines.map((line) => line.trim())).toEqual([
    'POST GenerateAuthorizeToken - 200',
    'POST AuthorizeMultiple - 404',
    'GET GetAccountsDetailAsync - 404',
    'PUT //elsewhere/5 - 404',
  ]);
});

test('an older integration gets through without any key header, and a wrong x-api-key is refused there too', async () => {
  const older = await startSimulator({ withoutKeys: true });
  try {
    const ask = async (method: string, path: string, body?: object, headers = {}) => {
      const response = await fetch(`${older.url}/v3/${older.keys.customerId}/BankingServices/${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const asked = await ask('POST', 'Authorize', {
      LoginId: loginIdFor('question-then-pending'),
      MostRecentCached: true,
    });
    const { RequestId } = asked.body;
    const SecurityResponses = { 'What city were you born in?': ['Montreal'] };
    // One public client sends the secret key itself on every call.
    const secret = { 'flinks-auth-key': older.keys.secretKey };
    const statuses = [
      asked.status,
      (await ask('POST', 'Authorize', { RequestId, SecurityResponses }, secret)).status,
      (await ask('POST', 'GetAccountsSummary', { RequestId })).status,
      (await ask('POST', 'GetAccountsDetail', { RequestId })).status,
      (await ask('GET', `GetAccountsDetailAsync/${String(RequestId)}`)).status,
    ];
    expect(statuses).toEqual([203, 200, 200, 202, 202]);

    const wrong = await ask('POST', 'GetAccountsSummary', { RequestId }, { 'x-api-key': 'wrong' });
    expect([wrong.status, wrong.body['FlinksCode']]).toEqual([401, 'ACCESS_DENIED']);
    expect((await ask('POST', 'GenerateAuthorizeToken')).body['FlinksCode']).toBe('METHOD_NOT_AVAILABLE');
  } finally {
    await older.close();
  }
});
