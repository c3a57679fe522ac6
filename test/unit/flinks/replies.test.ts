import { expect, test } from 'vitest';
import type { FailureType } from '../../../src/contract.js';
import type { FlinksClient, OpenSession } from '../../../src/flinks/client.js';
import {
  clientOf,
  details,
  flinksErrorOf,
  flinksServer,
  loginId,
  replying,
  requestId,
  secret,
} from '../../support/flinks-server.js';

const { token } = secret;
const cached: OpenSession = { login: { loginId }, mode: 'cached', save: true };
const live: OpenSession = { ...cached, mode: 'live' };
const answers = [{ prompt: 'City?', answers: [secret.answer] }];
const challenges = [
  { Type: 'QuestionAndAnswer', Prompt: 'Où êtes-vous né(e) ? ' },
  { Type: 'Brand New', Prompt: 'Which?', Iterables: ['A', 'B '] },
];
const open = {
  requestId,
  challenges: [
    { type: 'QuestionAndAnswer', prompt: 'Où êtes-vous né(e) ? ' },
    { type: 'Brand New', prompt: 'Which?', choices: ['A', 'B '] },
  ],
};

const asking =
  (ask: (flinks: FlinksClient) => Promise<unknown>) =>
  async (...reply: Parameters<typeof replying>) =>
    ask(clientOf((await flinksServer(replying(...reply))).url));
const authorizing = (session: OpenSession) => asking((flinks) => flinks.authorize(session, token));
const answering = asking((flinks) => flinks.answerChallenges(requestId, answers, token));

const dataCalls: [string, (...reply: Parameters<typeof replying>) => Promise<unknown>][] = [
  ['getAccountsSummary', asking((flinks) => flinks.getAccountsSummary(requestId))],
  ['getAccountsSummaryAsync', asking((flinks) => flinks.getAccountsSummaryAsync(requestId))],
  ['getAccountsDetail', asking((flinks) => flinks.getAccountsDetail(requestId, details))],
  ['getAccountsDetailAsync', asking((flinks) => flinks.getAccountsDetailAsync(requestId))],
];

test('a 200 from Authorize opens a session, its login in camelCase and unknown fields kept', async () => {
  const Login = { Id: loginId, LastRefresh: '2026-01-15T12:00:00.0000000', Type: null, NewField: { SubField: 1 } };
  const reply = await authorizing(cached)(200, {
    RequestId: requestId,
    Institution: 'FlinksCapital',
    Login,
    Links: [],
  });
  expect(reply).toEqual({
    kind: 'session',
    session: {
      requestId,
      institution: 'FlinksCapital',
      login: { id: loginId, lastRefresh: '2026-01-15T12:00:00.0000000', type: null, newField: { subField: 1 } },
    },
  });
});

test.each(['OK', 'CREATED'])('a success that says %s is one', async (FlinksCode) => {
  expect(await authorizing(cached)(201, { RequestId: requestId, FlinksCode })).toMatchObject({ kind: 'session' });
});

test('a session without Login, as with Save false, can be used', async () => {
  expect(await authorizing(live)(200, { RequestId: requestId, Login: null })).toEqual({
    kind: 'session',
    session: { requestId },
  });
});

test.each(['OPERATION_PENDING', 'OPERATION_DISPATCHED'])(
  'a 202 %s from Authorize means that the session exists',
  async (FlinksCode) => {
    const reply = await authorizing(cached)(202, { FlinksCode, RequestId: requestId });
    expect(reply).toEqual({ kind: 'session', session: { requestId }, code: FlinksCode });
  },
);

test('a 203 is an answer, and its prompts are byte-exact', async () => {
  const body = { SecurityChallenges: challenges, RequestId: requestId, Institution: 'FlinksCapital' };
  const expected = { kind: 'challenges', open: { ...open, institution: 'FlinksCapital' } };
  expect(await authorizing(cached)(203, body)).toEqual(expected);
  expect(await authorizing(live)(203, body)).toEqual(expected);
  expect(await answering(203, body)).toEqual(expected);
});

test('a challenge without type or prompt is shown as empty, and none at all as none', async () => {
  const shown = async (SecurityChallenges: unknown) => answering(203, { RequestId: requestId, SecurityChallenges });
  expect(await shown([{ Prompt: null }])).toMatchObject({ open: { challenges: [{ prompt: '', type: '' }] } });
  expect(await shown(null)).toMatchObject({ open: { challenges: [] } });
});

test.each(['QUESTION_NOT_FOUND', 'INVALID_SECURITY_RESPONSE', 'RETRY_LATER'])(
  'a cached 401 %s with a RequestId is a session on stale data; a live one and one without RequestId are not',
  async (FlinksCode) => {
    const body = { FlinksCode, RequestId: requestId };
    const session = { kind: 'session', session: { requestId }, stale: true, code: FlinksCode };
    expect(await authorizing(cached)(401, body)).toEqual(session);
    for (const refused of [
      authorizing(cached)(401, { FlinksCode }),
      authorizing(live)(401, body),
      answering(401, body),
    ])
      expect((await flinksErrorOf(refused)).facts.code).toBe(FlinksCode);
  },
);

test.each(['DISABLED_LOGIN', 'UNAUTHORIZED', 'INVALID_PASSWORD', 'NEW_ACCOUNT', 'BRAND_NEW', 'AGGREGATION_ERROR'])(
  'a cached 401 %s ends the call, RequestId or not',
  async (FlinksCode) => {
    const error = await flinksErrorOf(authorizing(cached)(401, { FlinksCode, RequestId: requestId }));
    expect(error.facts).toEqual({ status: 401, code: FlinksCode, requestId });
  },
);

test.each([
  {},
  { FlinksCode: 'INVALID_SECURITY_RESPONSE' },
  { FlinksCode: 'QUESTION_NOT_FOUND' },
  { FlinksCode: 'BRAND_NEW' },
])('a 401 to an answer that carries new challenges is asked again: %o', async (code) => {
  const reply = await answering(401, { ...code, RequestId: requestId, SecurityChallenges: challenges });
  expect(reply).toMatchObject({ kind: 'challenges', open });
});

test.each<[FailureType, Record<string, unknown>]>([
  ['SecurityAnswerRejected', { FlinksCode: 'INVALID_SECURITY_RESPONSE', RequestId: requestId }],
  ['SecurityAnswerRejected', { FlinksCode: 'INVALID_SECURITY_RESPONSE', RequestId: requestId, SecurityChallenges: [] }],
  ['SecurityAnswerRejected', { FlinksCode: 'INVALID_SECURITY_RESPONSE', SecurityChallenges: challenges }],
  [
    'SecurityAnswerRejected',
    { FlinksCode: 'INVALID_SECURITY_RESPONSE_NO_RETRY', RequestId: requestId, SecurityChallenges: challenges },
  ],
  ['LoginRefused', { FlinksCode: 'DISABLED_LOGIN', RequestId: requestId, SecurityChallenges: challenges }],
])('a 401 to an answer that gives no other chance is %s: %o', async (type, body) => {
  const error = await flinksErrorOf(answering(401, body));
  expect(error).toMatchObject({ meaning: { type, transient: false }, delivery: 'answered' });
});

test.each(dataCalls)('%s returns accounts in camelCase at every depth, values untouched', async (_name, ask) => {
  const Accounts = [
    { Id: 'a', EftEligibleRatio: 0.5, Holder: { Address: { POBox: null } }, Transactions: [{ Debit: 1.1, X: [] }] },
  ];
  const reply = await ask(200, {
    Accounts,
    Login: { Id: loginId },
    Institution: 'FlinksCapital',
    RequestId: requestId,
  });
  expect(reply).toEqual({
    kind: 'accounts',
    data: {
      accounts: [
        { id: 'a', eftEligibleRatio: 0.5, holder: { address: { poBox: null } }, transactions: [{ debit: 1.1, x: [] }] },
      ],
      institution: 'FlinksCapital',
      login: { id: loginId },
    },
  });
});

test.each(dataCalls)('%s takes both 202 codes, and one without a code, as pending', async (_name, ask) => {
  for (const code of ['OPERATION_PENDING', 'OPERATION_DISPATCHED'])
    expect(await ask(202, { FlinksCode: code, RequestId: requestId })).toEqual({ kind: 'pending', code });
  expect(await ask(202, '')).toEqual({ kind: 'pending' });
});

test.each(dataCalls)('%s does not know what to do with a challenge', async (_name, ask) => {
  const error = await flinksErrorOf(ask(203, { RequestId: requestId, SecurityChallenges: challenges }));
  expect(error.meaning).toEqual({ type: 'UnexpectedResponse', transient: false });
});

test('a code printed with blanks or in small letters is the code', async () => {
  const error = await flinksErrorOf(authorizing(live)(401, { FlinksCode: 'Bank_Maintenance Retry_Later' }));
  expect(error).toMatchObject({
    facts: { code: 'BANK_MAINTENANCE_RETRY_LATER' },
    meaning: { type: 'InstitutionUnavailable' },
  });
});

test('what is no code at all is not passed off as one', async () => {
  for (const FlinksCode of ['x'.repeat(65), `{${secret.body}}`, 7, null, '']) {
    const error = await flinksErrorOf(authorizing(live)(400, { FlinksCode }));
    expect(error.facts).toEqual({ status: 400 });
  }
});

const html = '<!DOCTYPE html><html><body>Bad Gateway</body></html>';
const deep = `{"Accounts":[{"A":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`;

test.each<[what: string, status: number, body: unknown, type: FailureType]>([
  ['HTML', 200, html, 'UnexpectedResponse'],
  ['HTML', 201, html, 'UnexpectedResponse'],
  ['nothing', 200, '', 'UnexpectedResponse'],
  ['half of the JSON', 200, '{"Accounts":[{"Id":"a"', 'UnexpectedResponse'],
  ['a list', 200, [{ RequestId: requestId }], 'UnexpectedResponse'],
  ['a text', 200, '"RequestId"', 'UnexpectedResponse'],
  ['null', 200, 'null', 'UnexpectedResponse'],
  ['an empty object', 200, {}, 'UnexpectedResponse'],
  ['the JSON of a gateway', 200, { message: 'Please sign in', requestId }, 'UnexpectedResponse'],
  ['HTML', 502, html, 'FlinksUnavailable'],
  ['nothing', 503, '', 'FlinksUnavailable'],
  ['a list', 500, [], 'FlinksUnavailable'],
  ['the JSON of a gateway', 504, { message: 'Endpoint request timed out' }, 'FlinksUnavailable'],
  ['the JSON of a web server', 500, { Message: 'An error has occurred.' }, 'FlinksUnavailable'],
])('%s in a %i is not Flinks, who may have done the work behind it', async (_what, status, body, type) => {
  const mint = asking((flinks) => flinks.generateAuthorizeToken());
  const asked = [mint, authorizing(cached), authorizing(live), answering, ...dataCalls.map(([, ask]) => ask)];
  for (const ask of asked) {
    const error = await flinksErrorOf(ask(status, body));
    expect(error).toMatchObject({ meaning: { type, transient: true }, delivery: 'lost', facts: { status } });
    expect(error.message).toBe(`Something between here and Flinks answered ${status}.`);
  }
});

test.each([202, 203])('a %i that says nothing of Flinks opens no session and asks nothing', async (status) => {
  for (const ask of [authorizing(cached), authorizing(live), answering])
    expect(await flinksErrorOf(ask(status, html))).toMatchObject({ delivery: 'lost', facts: { status } });
});

test('a gateway that refuses a request by a 4xx passes nothing on', async () => {
  for (const status of [302, 403, 404, 405, 429])
    expect(await flinksErrorOf(authorizing(live)(status, html))).toMatchObject({ delivery: 'answered' });
});

test.each<[what: string, status: number, body: unknown, type: FailureType, transient: boolean]>([
  ['accounts that are no list', 200, { Accounts: 'none' }, 'UnexpectedResponse', false],
  ['accounts that are no objects', 200, { Accounts: [7] }, 'UnexpectedResponse', false],
  ['no accounts at all', 200, { RequestId: requestId }, 'UnexpectedResponse', false],
  ['JSON nested 100,000 deep', 200, deep, 'UnexpectedResponse', false],
  ['HTML with 404', 404, html, 'FlinksConfiguration', false],
  ['an error of Flinks without a code', 500, { HttpStatusCode: 500 }, 'FlinksUnavailable', true],
  ['an error with 200', 200, { FlinksCode: 'SESSION_NONEXISTENT', Accounts: [] }, 'SessionLost', false],
])('%s is no crash: %i', async (_what, status, body, type, transient) => {
  const ask = asking((flinks) => flinks.getAccountsDetail(requestId, details));
  const error = await flinksErrorOf(ask(status, body));
  expect(error).toMatchObject({ meaning: { type, transient }, delivery: 'answered', facts: { status } });
});

test('a session without RequestId, a token that is none and a challenge of a wrong shape are unexpected', async () => {
  const mint = asking((flinks) => flinks.generateAuthorizeToken());
  for (const call of [
    authorizing(cached)(200, { Login: {} }),
    authorizing(cached)(202, { FlinksCode: 'OPERATION_PENDING' }),
    answering(203, { RequestId: requestId, SecurityChallenges: 'none' }),
    answering(203, { SecurityChallenges: challenges }),
    mint(200, { Token: '' }),
    mint(200, { Token: 7 }),
  ])
    expect((await flinksErrorOf(call)).meaning).toEqual({ type: 'UnexpectedResponse', transient: false });
});

test('one unusable field that is only reported does not cost the accounts', async () => {
  const ask = asking((flinks) => flinks.getAccountsDetail(requestId, details));
  expect(await ask(200, { Accounts: [], Institution: 7, Message: 7, FlinksCode: 7, RequestId: 7 })).toEqual({
    kind: 'accounts',
    data: { accounts: [] },
  });
});

test('Retry-After is read as seconds and as a date; what is neither is left out', async () => {
  const waitOf = async (header: string) => {
    const ask = asking((flinks) => flinks.getAccountsSummary(requestId));
    const error = await flinksErrorOf(ask(429, { FlinksCode: 'TOO_MANY_REQUESTS' }, { 'retry-after': header }));
    expect(error.meaning).toEqual({ type: 'RateLimited', transient: true });
    return error.facts.retryAfterMs;
  };
  expect(await waitOf('2')).toBe(2_000);
  expect(await waitOf('0')).toBe(0);
  const untilDate = await waitOf(new Date(Date.now() + 90_000).toUTCString());
  expect(untilDate).toBeGreaterThan(80_000);
  expect(untilDate).toBeLessThanOrEqual(90_000);
  for (const header of ['soon', '-1', '', 'Thu, 15 Jan 2015 12:00:00 GMT'])
    expect(await waitOf(header)).toBeUndefined();
});

test('accounts of another shape are named by where they do not fit, and not by what they hold', async () => {
  const [, ask] = dataCalls[2] ?? [];
  const reply = { Accounts: [{ Transactions: [{}, secret.body] }, secret.body], Login: secret.body };
  const error = await flinksErrorOf(ask?.(200, reply) ?? Promise.resolve());
  expect(error.message).toBe(
    'Flinks answered 200 with a body that does not fit at Accounts.0.Transactions.1, Accounts.1, Login.',
  );
});
