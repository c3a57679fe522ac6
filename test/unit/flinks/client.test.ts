import { expect, test } from 'vitest';
import type { FlinksClient, OpenSession } from '../../../src/flinks/client.js';
import {
  clientOf,
  customerId,
  details,
  flinksErrorOf,
  flinksServer,
  loginId,
  replying,
  requestId,
  secret,
  type Received,
} from '../../support/flinks-server.js';

const { token, apiKey, secretKey } = secret;
const prompt = 'What city were you born in?';
const answers = [{ prompt, answers: [secret.answer] }];
const stored: OpenSession = { login: { loginId }, mode: 'cached', save: true };
const credentials = { institution: 'FlinksCapital', username: secret.username, password: secret.password };

/** Fits every endpoint: a token, a session and accounts in one. */
const anything = replying(200, { HttpStatusCode: 200, Token: token, RequestId: requestId, Accounts: [] });

interface Sent {
  method: string;
  path: string;
  key: Record<string, string>;
  body?: unknown;
}

const calls: [what: string, call: (flinks: FlinksClient) => Promise<unknown>, sent: Sent][] = [
  [
    'generateAuthorizeToken sends the secret key and no body',
    (flinks) => flinks.generateAuthorizeToken(),
    { method: 'POST', path: 'GenerateAuthorizeToken', key: { 'flinks-auth-key': secretKey } },
  ],
  [
    'a cached authorize sends the LoginId',
    (flinks) => flinks.authorize(stored, token),
    {
      method: 'POST',
      path: 'Authorize',
      key: { 'flinks-auth-key': token },
      body: { LoginId: loginId, MostRecentCached: true, Save: true },
    },
  ],
  [
    'a live authorize by LoginId says so, and passes language and tag',
    (flinks) => flinks.authorize({ ...stored, mode: 'live', language: 'fr', tag: 'lot 7' }, token),
    {
      method: 'POST',
      path: 'Authorize',
      key: { 'flinks-auth-key': token },
      body: { LoginId: loginId, MostRecentCached: false, Save: true, Language: 'fr', Tag: 'lot 7' },
    },
  ],
  [
    'a live authorize by credentials sends them',
    (flinks) => flinks.authorize({ login: credentials, mode: 'live', save: false }, token),
    {
      method: 'POST',
      path: 'Authorize',
      key: { 'flinks-auth-key': token },
      body: {
        Institution: 'FlinksCapital',
        Username: secret.username,
        Password: secret.password,
        MostRecentCached: false,
        Save: false,
      },
    },
  ],
  [
    'answers go with the same token, by prompt, as lists',
    (flinks) => flinks.answerChallenges(requestId, answers, token),
    {
      method: 'POST',
      path: 'Authorize',
      key: { 'flinks-auth-key': token },
      body: { RequestId: requestId, MostRecentCached: false, SecurityResponses: { [prompt]: [secret.answer] } },
    },
  ],
  [
    'getAccountsSummary asks for balances and identity',
    (flinks) => flinks.getAccountsSummary(requestId),
    {
      method: 'POST',
      path: 'GetAccountsSummary',
      key: { 'x-api-key': apiKey },
      body: { RequestId: requestId, WithBalance: true, WithAccountIdentity: true },
    },
  ],
  [
    'getAccountsDetail always sends its flags',
    (flinks) => flinks.getAccountsDetail(requestId, { ...details, withKyc: false }),
    {
      method: 'POST',
      path: 'GetAccountsDetail',
      key: { 'x-api-key': apiKey },
      body: {
        RequestId: requestId,
        WithTransactions: true,
        DaysOfTransactions: 'Days90',
        WithAccountIdentity: true,
        WithKYC: false,
      },
    },
  ],
  [
    'getAccountsDetail passes an accounts filter',
    (flinks) =>
      flinks.getAccountsDetail(requestId, { ...details, daysOfTransactions: 'Days365', accountsFilter: [loginId] }),
    {
      method: 'POST',
      path: 'GetAccountsDetail',
      key: { 'x-api-key': apiKey },
      body: {
        RequestId: requestId,
        WithTransactions: true,
        DaysOfTransactions: 'Days365',
        WithAccountIdentity: true,
        WithKYC: true,
        AccountsFilter: [loginId],
      },
    },
  ],
  [
    'getAccountsSummaryAsync is a GET without a body',
    (flinks) => flinks.getAccountsSummaryAsync(requestId),
    { method: 'GET', path: `GetAccountsSummaryAsync/${requestId}`, key: { 'x-api-key': apiKey } },
  ],
  [
    'getAccountsDetailAsync is a GET without a body',
    (flinks) => flinks.getAccountsDetailAsync(requestId),
    { method: 'GET', path: `GetAccountsDetailAsync/${requestId}`, key: { 'x-api-key': apiKey } },
  ],
  [
    'deleteCard names the LoginId in its path',
    (flinks) => flinks.deleteCard(loginId),
    { method: 'DELETE', path: `DeleteCard/${loginId}`, key: { 'x-api-key': apiKey } },
  ],
];

const keysOf = ({ headers }: Received) =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => ['flinks-auth-key', 'x-api-key', 'authorization'].includes(name)),
  );

test.each(calls)('%s', async (_what, call, { method, path, key, body }) => {
  const server = await flinksServer(anything);
  await call(clientOf(server.url));

  const [sent, ...more] = server.received;
  if (!sent) throw new Error('Nothing was sent.');
  expect(more).toEqual([]);
  expect({ method: sent.method, path: sent.path }).toEqual({
    method,
    path: `/v3/${customerId}/BankingServices/${path}`,
  });
  // Each credential goes to the endpoints that need it and to no other.
  expect(keysOf(sent)).toEqual(key);
  expect(sent.method === 'POST').toBe(sent.headers['content-type'] === 'application/json');
  expect(sent.body === '' ? undefined : JSON.parse(sent.body)).toEqual(body);
  expect(sent.body === '').toBe(body === undefined);
  expect(sent.headers.accept).toBe('application/json');
});

test('headers that an instance asks for beside go with every call', async () => {
  const server = await flinksServer(anything);
  const flinks = clientOf(`${server.url}/`, { extraHeaders: { Authorization: 'Bearer fictitious' } });
  for (const [, call] of calls) await call(flinks);
  expect(server.received).toHaveLength(calls.length);
  expect(new Set(server.received.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer fictitious']));
});

test('a RequestId cannot lead to another path', async () => {
  const server = await flinksServer(anything);
  await flinksErrorOf(clientOf(server.url).getAccountsDetailAsync('../DeleteCard/x?y#z'));
  expect(server.received[0]?.path).toBe(
    `/v3/${customerId}/BankingServices/GetAccountsDetailAsync/..%2FDeleteCard%2Fx%3Fy%23z`,
  );
});

test('prompts and answers arrive to the letter', async () => {
  const server = await flinksServer(anything);
  const texts = [
    '__proto__',
    'constructor',
    'Où êtes-vous né(e) ? ',
    ' \t',
    'e\u0301',
    '\ud800 alone',
    '"\\\u2028\u0000',
    '7',
    '💳',
  ];
  const odd = texts.map((text) => ({ prompt: text, answers: [text, `${text} `] }));
  await clientOf(server.url).answerChallenges(requestId, odd, token);

  const { SecurityResponses } = JSON.parse(server.received[0]?.body ?? '') as { SecurityResponses: object };
  const arrived = new Map(Object.entries(SecurityResponses));
  expect(arrived).toEqual(new Map(odd.map(({ prompt, answers }) => [prompt, answers])));
});

test('live logins and answers have a connection of their own; what may be repeated shares one', async () => {
  const server = await flinksServer(anything);
  const flinks = clientOf(server.url);
  await flinks.generateAuthorizeToken();
  await flinks.authorize(stored, token);
  await flinks.authorize({ ...stored, mode: 'live' }, token);
  await flinks.answerChallenges(requestId, answers, token);
  await flinks.getAccountsSummary(requestId);
  await flinks.getAccountsDetailAsync(requestId);

  const [minted, cached, live, answered, summary, poll] = server.received.map(({ port }) => port);
  expect([cached, summary, poll]).toEqual([minted, minted, minted]);
  expect(new Set([minted, live, answered]).size).toBe(3);
});
