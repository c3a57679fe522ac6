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

test.each<[what: string, status: number, body: unknown, type: FailureType, delivery: 'answered' | 'lost']>([
  ['HTML with 200', 200, html, 'FlinksUnavailable', 'lost'],
  ['an empty 200', 200, '', 'FlinksUnavailable', 'lost'],
  ['half of the JSON', 200, '{"Accounts":[{"Id":"a"', 'FlinksUnavailable', 'lost'],
  ['the JSON of a gateway', 200, { message: 'Success', statusCode: 200 }, 'FlinksUnavailable', 'lost'],
  ['accounts that are no list', 200, { Accounts: 'none' }, 'UnexpectedResponse', 'answered'],
  ['accounts that are null', 200, { Accounts: null }, 'UnexpectedResponse', 'answered'],
  ['accounts that are no objects', 200, { Accounts: [7] }, 'UnexpectedResponse', 'answered'],
  ['no accounts at all', 200, { RequestId: requestId }, 'UnexpectedResponse', 'answered'],
  ['a list', 200, [], 'FlinksUnavailable', 'lost'],
  ['null', 200, 'null', 'FlinksUnavailable', 'lost'],
  ['JSON nested 100,000 deep', 200, deep, 'UnexpectedResponse', 'answered'],
  ['HTML with 404', 404, html, 'FlinksConfiguration', 'lost'],
  ['HTML with 502', 502, html, 'FlinksUnavailable', 'lost'],
  ['an empty 503', 503, '', 'FlinksUnavailable', 'lost'],
  ['a 503 of Flinks', 503, { HttpStatusCode: 503 }, 'FlinksUnavailable', 'answered'],
])('%s in a session is no crash, and passing: %i', async (_what, status, body, type, delivery) => {
  for (const [, ask] of dataCalls) {
    const error = await flinksErrorOf(ask(status, body));
    expect(error).toMatchObject({ meaning: { type, transient: true }, delivery, facts: { status } });
  }
});

test('an error of Flinks with HTTP status 200 is an error', async () => {
  for (const [, ask] of dataCalls) {
    const error = await flinksErrorOf(ask(200, { FlinksCode: 'SESSION_NONEXISTENT', Accounts: [] }));
    expect(error).toMatchObject({ meaning: { type: 'SessionLost' }, delivery: 'answered' });
  }
});

test.each([
  ['a sign-in page', 200, html],
  ['a cut body', 200, '{"RequestId":"x'],
  ['nothing', 200, ''],
  ['a redirect', 302, ''],
  ['a 502 page', 502, html],
  ['the JSON of a gateway', 503, { message: 'Service Unavailable' }],
])('%s in reply to a live login or an answer is no reply of Flinks', async (_what, status, body) => {
  for (const call of [authorizing(live), answering])
    expect(await flinksErrorOf(call(status, body))).toMatchObject({
      meaning: { type: 'FlinksUnavailable', transient: true },
      delivery: 'lost',
      facts: { status },
    });
});

test('a locked door is our configuration at a first call, and no reply to an answer', async () => {
  for (const status of [401, 403, 404]) {
    for (const call of [authorizing(live), authorizing(cached), asking((flinks) => flinks.generateAuthorizeToken())])
      expect(await flinksErrorOf(call(status, html))).toMatchObject({
        meaning: { type: 'FlinksConfiguration', transient: false },
        delivery: 'answered',
      });
    expect(await flinksErrorOf(answering(status, html))).toMatchObject({ delivery: 'lost' });
  }
});

const otherId = '00000000-0000-4000-8000-0000000000ff';
const another = { meaning: { type: 'UnexpectedResponse', transient: false }, delivery: 'answered' };

test.each([
  ['a 200', 200, { Accounts: [{ Title: secret.body }] }],
  ['a 202', 202, { FlinksCode: 'OPERATION_PENDING' }],
  ['an error', 500, { FlinksCode: 'AGGREGATION_ERROR' }],
])('%s of another session is refused, whoever asked, and shows nothing of it', async (_what, status, body) => {
  const reply = { ...body, RequestId: otherId, Institution: secret.body };
  for (const call of [...dataCalls.map(([, ask]) => ask), answering]) {
    const error = await flinksErrorOf(call(status, reply));
    expect(error).toMatchObject({
      ...another,
      message: `Flinks answered ${status} with a body that is about another session.`,
    });
    expect(error.facts).toEqual({ status });
  }
});

test('the session is the same in capitals, and one that is not named is that which was asked for', async () => {
  for (const RequestId of [requestId.toUpperCase(), '', null, '00000000-0000-0000-0000-000000000000', undefined])
    for (const [, ask] of dataCalls)
      expect(await ask(200, { RequestId, Accounts: [] })).toMatchObject({ kind: 'accounts' });
});

test('a session of another login than the one asked for is refused, in whatever case it is written', async () => {
  const Login = { Id: otherId, Username: secret.body };
  for (const session of [cached, live]) {
    const error = await flinksErrorOf(authorizing(session)(200, { RequestId: requestId, Login }));
    expect(error).toMatchObject({ ...another, facts: { status: 200 } });
    const Own = { Id: loginId.toUpperCase() };
    expect(await authorizing(session)(200, { RequestId: requestId, Login: Own })).toMatchObject({ kind: 'session' });
  }
});

test('what a serializer writes instead of nothing is as if left out', async () => {
  for (const nothing of [[], {}, '', null]) {
    const Account = { Id: 'a', Holder: nothing, Transactions: nothing };
    const [, ask] = dataCalls[2] ?? [];
    const reply = (await ask?.(200, { Accounts: [Account], Login: nothing, Institution: nothing })) as {
      data: { accounts: Record<string, unknown>[] };
    };
    expect(reply.data).not.toHaveProperty('login');
    expect(reply.data).not.toHaveProperty('institution');
    expect(reply.data.accounts[0]?.['holder'] ?? null).toBeNull();
    expect(reply.data.accounts[0]?.['transactions'] ?? []).toEqual([]);
    const SecurityChallenges = [{ Type: 'QuestionAndAnswer', Prompt: 'City?', Iterables: nothing }];
    expect(await answering(203, { RequestId: requestId, SecurityChallenges })).toMatchObject({
      open: { challenges: [{ prompt: 'City?', type: 'QuestionAndAnswer' }] },
    });
    expect(await answering(203, { RequestId: requestId, SecurityChallenges })).not.toHaveProperty(
      'open.challenges.0.choices',
    );
    expect(await answering(203, { RequestId: requestId, SecurityChallenges: nothing })).toMatchObject({
      open: { challenges: [] },
    });
    expect(await authorizing(live)(200, { RequestId: requestId, Login: nothing })).toEqual({
      kind: 'session',
      session: { requestId },
    });
  }
});

test('choices that are numbers are texts', async () => {
  const SecurityChallenges = [{ Type: 'MultipleChoice', Prompt: 'Last digits?', Iterables: [1234, 'none', true] }];
  expect(await answering(203, { RequestId: requestId, SecurityChallenges })).toMatchObject({
    open: { challenges: [{ choices: ['1234', 'none', 'true'] }] },
  });
});

test('a choice that is null is not there, and without any other the answer is free', async () => {
  const challenge = { Type: 'MultipleChoice', Prompt: 'Which?' };
  const SecurityChallenges = [
    { ...challenge, Iterables: [null, 'A', {}] },
    { ...challenge, Iterables: [null] },
  ];
  const shown = { type: 'MultipleChoice', prompt: 'Which?' };
  expect(await answering(203, { RequestId: requestId, SecurityChallenges })).toEqual({
    kind: 'challenges',
    open: { requestId, challenges: [{ ...shown, choices: ['A'] }, shown] },
  });
});

test('a null row costs no other row, and a login that is none costs nothing', async () => {
  const reply = { Accounts: [null, { Id: 'a', Transactions: [null, { Id: 't' }] }, 7], Login: 'none' };
  for (const [, ask] of dataCalls)
    expect(await ask(200, reply)).toEqual({
      kind: 'accounts',
      data: { accounts: [{ id: 'a', transactions: [{ id: 't' }] }] },
    });
});

test('ALREADY_AUTHORIZED to an answer says that its session is open', async () => {
  for (const body of [{}, { RequestId: requestId }])
    for (const status of [200, 400, 401])
      expect(await answering(status, { FlinksCode: 'ALREADY_AUTHORIZED', ...body })).toEqual({
        kind: 'session',
        session: { requestId },
        code: 'ALREADY_AUTHORIZED',
      });
  expect(await flinksErrorOf(authorizing(live)(401, { FlinksCode: 'ALREADY_AUTHORIZED' }))).toMatchObject({
    meaning: { type: 'UnexpectedResponse' },
  });
});

test('NO_TRANSACTION brings the accounts that are there', async () => {
  for (const [, ask] of dataCalls) {
    expect(await ask(401, { FlinksCode: 'NO_TRANSACTION', Accounts: [{ Id: 'a' }] })).toMatchObject({
      data: { accounts: [{ id: 'a' }] },
    });
    expect(await ask(200, { FlinksCode: 'NO_TRANSACTION' })).toMatchObject({ data: { accounts: [] } });
    for (const Accounts of [null, '', {}])
      expect(await ask(200, { FlinksCode: 'NO_TRANSACTION', Accounts })).toMatchObject({ data: { accounts: [] } });
  }
});

test('accounts with a 200 and a code that nobody knows are data', async () => {
  for (const [, ask] of dataCalls)
    expect(await ask(200, { HttpStatusCode: 200, FlinksCode: 'SUCCESS', Accounts: [{ Id: 'a' }] })).toMatchObject({
      kind: 'accounts',
      data: { accounts: [{ id: 'a' }] },
    });
});

test('the HttpStatusCode of the body counts if HTTP says 200, and only then', async () => {
  const SecurityChallenges = challenges;
  expect(await authorizing(live)(200, { HttpStatusCode: 203, RequestId: requestId, SecurityChallenges })).toMatchObject(
    { kind: 'challenges' },
  );
  expect(await flinksErrorOf(authorizing(live)(200, { HttpStatusCode: 401, RequestId: requestId }))).toMatchObject({
    facts: { status: 401 },
  });
  for (const [, ask] of dataCalls) {
    expect(await ask(200, { HttpStatusCode: 202, RequestId: requestId })).toEqual({ kind: 'pending' });
    expect(await flinksErrorOf(ask(200, { HttpStatusCode: 401, Accounts: [] }))).toMatchObject({
      facts: { status: 401 },
    });
    expect(await flinksErrorOf(ask(500, { HttpStatusCode: 200, Accounts: [] }))).toMatchObject({
      facts: { status: 500 },
    });
    expect(await ask(200, { HttpStatusCode: '401', Accounts: [] })).toMatchObject({ kind: 'accounts' });
  }
});

test('a cached 401 that carries open challenges is a question', async () => {
  for (const FlinksCode of ['INVALID_SECURITY_RESPONSE', 'QUESTION_NOT_FOUND', 'RETRY_LATER']) {
    const body = { FlinksCode, RequestId: requestId, SecurityChallenges: challenges };
    expect(await authorizing(cached)(401, body)).toMatchObject({ kind: 'challenges', open });
  }
});

test('a card is deleted only if Flinks says so', async () => {
  const deleting = asking((flinks) => flinks.deleteCard(loginId));
  for (const [status, body] of [
    [200, { HttpStatusCode: 200, Message: 'Card deleted' }],
    [200, { Message: 'SUCCESS' }],
    [200, { StatusCode: 200, Message: 'Done' }],
    [200, { FlinksCode: 'SUCCESS' }],
    [200, { Message: `The card ${loginId.toUpperCase()} was deleted.` }],
    [204, ''],
  ] as const)
    expect(await deleting(status, body)).toBeUndefined();
  for (const [status, body] of [
    [200, html],
    [200, ''],
    [200, '{"HttpStatusCode":2'],
    [200, {}],
    [200, { HttpStatusCode: 400, FlinksCode: 'CARD_IN_USE' }],
    [200, { HttpStatusCode: 500 }],
    [200, { StatusCode: 400, Message: `The card ${loginId} is in use.` }],
    [200, { Message: 'Please sign in' }],
    [200, { message: 'SUCCESS' }],
    [200, { FlinksCode: 'CARD_LOCKED', Message: 'SUCCESS' }],
    [200, { RequestId: requestId }],
    [202, { HttpStatusCode: 202, Message: 'Later' }],
    [302, ''],
  ] as const)
    await flinksErrorOf(deleting(status, body));
});

test('Retry-After is said with its time', async () => {
  const ask = asking((flinks) => flinks.getAccountsSummary(requestId));
  const error = await flinksErrorOf(ask(429, { FlinksCode: 'TOO_MANY_REQUESTS' }, { 'retry-after': '85092' }));
  const [, until = ''] = /It asks for no call before (\S+)\./.exec(error.message) ?? [];
  expect(Date.parse(until) - Date.now()).toBeGreaterThan(85_000_000);
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
  const error = await flinksErrorOf(ask?.(200, { Accounts: secret.body }) ?? Promise.resolve());
  expect(error.message).toBe('Flinks answered 200 with a body that does not fit at Accounts.');
});
