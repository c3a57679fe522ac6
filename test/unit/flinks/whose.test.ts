// A reply about another session or another login is another customer's.
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { FlinksClient, OpenSession } from '../../../src/flinks/client.js';
import type { EndedCall } from '../../../src/flinks/observed.js';
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
const credentials = { institution: 'FlinksCapital', username: secret.username, password: secret.password };
const answers = [{ prompt: 'City?', answers: [secret.answer] }];
const another = '99999999-9999-4999-8999-999999999999';

type Ask = (flinks: FlinksClient) => Promise<unknown>;
const opening: [string, Ask][] = [
  ['a cached authorize', (flinks) => flinks.authorize(cached, token)],
  ['a live authorize', (flinks) => flinks.authorize({ ...cached, mode: 'live' }, token)],
];
const inSession: [string, Ask][] = [
  ['an answer', (flinks) => flinks.answerChallenges(requestId, answers, token)],
  ['Summary', (flinks) => flinks.getAccountsSummary(requestId)],
  ['a poll of Summary', (flinks) => flinks.getAccountsSummaryAsync(requestId)],
  ['Detail', (flinks) => flinks.getAccountsDetail(requestId, details)],
  ['a poll of Detail', (flinks) => flinks.getAccountsDetailAsync(requestId)],
];

async function asked(ask: Ask, status: number, body: object, observe?: (call: EndedCall) => void) {
  const { url } = await flinksServer(replying(status, body));
  return ask(clientOf(url, observe && { observe }));
}

const fits = { Accounts: [], SecurityChallenges: [] };

/** Every kind of reply that could carry another's id. */
const replies: [what: string, status: number, body: object][] = [
  ['a success', 200, fits],
  ['a 202', 202, { FlinksCode: 'OPERATION_PENDING' }],
  ['a 203', 203, { SecurityChallenges: [{ Type: 'QuestionAndAnswer', Prompt: 'City?' }] }],
  ['a refusal', 401, { FlinksCode: 'SESSION_NONEXISTENT' }],
  ['a passing error', 500, { FlinksCode: 'AGGREGATION_ERROR' }],
];

test.each(inSession.flatMap(([what, ask]) => replies.map((reply) => [what, ...reply, ask] as const)))(
  '%s that gets %s of another session is UnexpectedResponse for good, and shows nothing of it',
  async (_what, _reply, status, body, ask) => {
    const told: EndedCall[] = [];
    const error = await flinksErrorOf(asked(ask, status, { ...body, RequestId: another }, (call) => told.push(call)));
    expect(error).toMatchObject({
      meaning: { type: 'UnexpectedResponse', transient: false },
      delivery: 'answered',
      facts: { status },
    });
    expect(inspect([error, told], { depth: 10, showHidden: true })).not.toContain(another);
  },
);

test.each(opening)('%s that gets another login is UnexpectedResponse for good', async (_, ask) => {
  const error = await flinksErrorOf(asked(ask, 200, { ...fits, RequestId: requestId, Login: { Id: another } }));
  expect(error.meaning).toEqual({ type: 'UnexpectedResponse', transient: false });
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(another);
});

test.each([...opening, ...inSession])(
  '%s does not mind the case of letters, nor ids that are absent',
  async (_, ask) => {
    const shouting = { RequestId: requestId.toUpperCase(), Login: { Id: loginId.toUpperCase() } };
    expect(await asked(ask, 200, { ...fits, ...shouting })).toHaveProperty('kind');
    for (const Login of [undefined, null, {}, { Id: null }, { Id: '' }])
      expect(await asked(ask, 200, { ...fits, RequestId: requestId, Login })).toHaveProperty('kind');
  },
);

test.each(inSession.slice(1))('%s may leave its session out', async (_, ask) => {
  expect(await asked(ask, 200, fits)).toHaveProperty('kind', 'accounts');
});

test('credentials ask for no LoginId, so any is right', async () => {
  const open: Ask = (flinks) => flinks.authorize({ login: credentials, mode: 'live', save: true }, token);
  const reply = await asked(open, 200, { RequestId: requestId, Login: { Id: another } });
  expect(reply).toMatchObject({ kind: 'session', session: { login: { id: another } } });
});
