import { afterEach, beforeEach, expect, test } from 'vitest';
import { loginIdFor, type Simulator, startSimulator } from '../../../simulator/server.js';
import { callerOf } from '../../support/simulator-caller.js';

let simulator: Simulator;
let flinks: ReturnType<typeof callerOf>;

beforeEach(async () => {
  simulator = await startSimulator();
  flinks = callerOf(simulator);
});
afterEach(() => simulator.close());

test('a 202 begins with its FlinksCode; the first names a template, a poll its own address', async () => {
  const RequestId = await flinks.openSession('pending-for-ever');
  const first = await flinks.post('GetAccountsDetail', { RequestId });
  const poll = await flinks.get('GetAccountsDetailAsync', RequestId);
  const link = (rel: string, example: string) => [{ rel, href: `/${rel}`, example: `/${rel}/${example}` }];
  const rest = { HttpStatusCode: 202, Message: 'Your operation is still processing', RequestId };

  expect(first.text.startsWith('{"FlinksCode":"OPERATION_PENDING",')).toBe(true);
  expect(first.body).toEqual({
    FlinksCode: 'OPERATION_PENDING',
    Links: link('{Endpoint}Async', '{requestId}'),
    ...rest,
  });
  expect(poll.body).toEqual({
    FlinksCode: 'OPERATION_PENDING',
    Links: link('GetAccountsDetailAsync', RequestId),
    ...rest,
  });
});

test('once a question of the cached mode was answered, no reply of the session has a Login; a live session has', async () => {
  const loginsIn = async (MostRecentCached: boolean) => {
    const RequestId = await flinks.openSession('question', { MostRecentCached });
    const replies = [
      await flinks.post('GetAccountsSummary', { RequestId }),
      await flinks.post('GetAccountsDetail', { RequestId }),
      await flinks.get('GetAccountsDetailAsync', RequestId),
    ];
    return replies.map(({ body }) => Object.hasOwn(body ?? {}, 'Login'));
  };
  expect(await loginsIn(true)).toEqual([false, false, false]);
  expect(await loginsIn(false)).toEqual([true, true, true]);
});

test('Summary leads to AccountsDetail and Statements', async () => {
  const { body } = await flinks.post('GetAccountsSummary', { RequestId: await flinks.openSession('plain') });
  expect(body?.['Links']).toEqual([
    { rel: 'AccountsDetail', href: '/GetAccountsDetail', example: null },
    { rel: 'Statements', href: '/GetStatements', example: null },
  ]);
});

test('DeleteCard answers StatusCode and a sentence that names the LoginId', async () => {
  const loginId = loginIdFor('plain');
  expect((await flinks.send('DELETE', `DeleteCard/${loginId}`, '')).body).toEqual({
    StatusCode: 200,
    Message: expect.stringContaining(loginId) as string,
  });
});

test('whole amounts have a decimal point, and big numbers have all their digits', async () => {
  const detailOf = async (scenario: string) =>
    (await flinks.post('GetAccountsDetail', { RequestId: await flinks.openSession(scenario) })).text;
  expect(await detailOf('plain')).toContain('"OverdraftLimit":500.0');
  expect(await detailOf('large-numbers')).toContain('"Available":null,"Current":1000000000000000.01,"Limit":12.10');
});

test('a login that was never refreshed has the first moment of .NET, until it logs in', async () => {
  const open = async (MostRecentCached: boolean) =>
    (await flinks.authorize({ LoginId: loginIdFor('never-refreshed'), MostRecentCached })).body?.['Login'];
  expect(await open(true)).toMatchObject({ LastRefresh: '0001-01-01T00:00:00' });
  expect(await open(false)).toMatchObject({ LastRefresh: expect.stringMatching(/^20/) as string });
});

test.each([
  ['latin-1-at-detail', 'iso-8859-1', 'latin1'],
  ['utf-16-at-detail', 'utf-16le', 'utf-16le'],
  ['byte-order-mark-at-detail', 'utf-8', 'utf-8'],
])('%s is written in the charset that it names', async (scenario, named, decoder) => {
  const RequestId = await flinks.openSession(scenario);
  const response = await fetch(`${simulator.url}/v3/${simulator.keys.customerId}/BankingServices/GetAccountsDetail`, {
    method: 'POST',
    headers: { 'x-api-key': simulator.keys.apiKey },
    body: JSON.stringify({ RequestId }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(response.headers.get('content-type')).toBe(`application/json; charset=${named}`);
  const text = new TextDecoder(decoder).decode(bytes);
  expect(JSON.parse(text)).toMatchObject({ HttpStatusCode: 200, RequestId });
  expect(text).toContain('Rue des Érables');
  // Read as plain UTF-8 it would not be the same text, or it has the mark in front.
  expect(bytes.toString('utf8')).not.toBe(text);
});

test.each([
  ['no-transaction', 400, 400, 'NO_TRANSACTION', 4],
  ['no-transaction-without-accounts', 400, 400, 'NO_TRANSACTION', undefined],
  ['status-200-body-500-at-detail', 200, 500, 'AGGREGATION_ERROR', undefined],
  ['status-200-body-202-at-detail', 200, 202, 'OPERATION_PENDING', undefined],
  ['status-202-body-200-at-detail', 202, 200, undefined, 4],
  ['unauthorized-at-detail', 401, 401, 'UNAUTHORIZED', undefined],
  ['method-not-available-at-detail', 400, 400, 'METHOD_NOT_AVAILABLE', undefined],
])('%s: Detail has HTTP %i, in its body %i %s and %s accounts', async (scenario, status, inBody, code, accounts) => {
  const { status: met, body } = await flinks.post('GetAccountsDetail', {
    RequestId: await flinks.openSession(scenario),
  });
  const found = body?.['Accounts'];
  expect([
    met,
    body?.['HttpStatusCode'],
    body?.['FlinksCode'],
    Array.isArray(found) ? found.length : undefined,
  ]).toEqual([status, inBody, code, accounts]);
});
