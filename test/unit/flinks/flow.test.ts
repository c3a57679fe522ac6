import { afterAll, beforeAll, expect, test } from 'vitest';
import { answersFor, loginIdFor, startSimulator, type Simulator } from '../../../simulator/server.js';
import type { FlinksClient, OpenSession } from '../../../src/flinks/client.js';
import type { AuthorizeReply } from '../../../src/flinks/replies.js';
import { clientOf, details, flinksErrorOf } from '../../support/flinks-server.js';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

const connect = (options: Parameters<typeof clientOf>[1] = {}): FlinksClient =>
  clientOf(simulator.url, { ...simulator.keys, maxResponseBytes: 4 * 1024 * 1024, ...options });

const stored = (scenario: string, mode: OpenSession['mode'] = 'cached'): OpenSession => ({
  login: { loginId: loginIdFor(scenario) },
  mode,
  save: true,
});

/** Opens a session and answers what is asked; returns the RequestId and the prompts. */
async function opened(flinks: FlinksClient, scenario: string) {
  const token = await flinks.generateAuthorizeToken();
  let reply: AuthorizeReply = await flinks.authorize(stored(scenario), token);
  const prompts: string[] = [];
  while (reply.kind === 'challenges') {
    const { requestId, challenges } = reply.open;
    const asked = challenges.map(({ prompt }) => prompt);
    prompts.push(...asked);
    const answers = Object.entries(answersFor(scenario, asked)).map(([prompt, answers]) => ({ prompt, answers }));
    reply = await flinks.answerChallenges(requestId, answers, token);
  }
  return { requestId: reply.session.requestId, prompts };
}

test.each([
  ['plain', []],
  ['french-prompts', ['Quel est le prénom de votre mère ? ', 'Où êtes-vous né(e) à l’été 1980 ?']],
  ['two-rounds', ['What city were you born in?', 'What is the best country on earth?']],
])('the whole flow of %s leads to accounts', async (scenario, asked) => {
  const flinks = connect();
  const { requestId, prompts } = await opened(flinks, scenario);
  const summary = await flinks.getAccountsSummary(requestId);
  const detail = await flinks.getAccountsDetail(requestId, details);

  expect(prompts).toEqual(asked);
  // After an answer in cached mode Flinks leaves the login out.
  const data = asked.length === 0 ? { login: { id: loginIdFor(scenario) } } : {};
  expect(summary).toMatchObject({ kind: 'accounts', data });
  const four = Array.from({ length: 4 }, () => expect.objectContaining({ transactions: expect.any(Array) }));
  expect(detail).toMatchObject({ kind: 'accounts', data: { institution: 'FlinksCapital', accounts: four } });
});

test('a pending Detail and Summary are asked again at their Async endpoints', async () => {
  const flinks = connect();
  const { requestId } = await opened(flinks, 'both-pending');
  const pending = { kind: 'pending', code: 'OPERATION_PENDING' };
  expect(await flinks.getAccountsSummary(requestId)).toEqual(pending);
  expect(await flinks.getAccountsSummaryAsync(requestId)).toEqual(pending);
  expect(await flinks.getAccountsSummaryAsync(requestId)).toMatchObject({ kind: 'accounts' });
  expect(await flinks.getAccountsDetail(requestId, details)).toEqual(pending);
  expect(await flinks.getAccountsDetailAsync(requestId)).toEqual(pending);
  expect(await flinks.getAccountsDetailAsync(requestId)).toMatchObject({ kind: 'accounts' });
});

test('a card that is in use cannot be deleted, and one that was deleted is unknown', async () => {
  const flinks = connect();
  const { requestId } = await opened(flinks, 'pending-1-poll');
  await flinks.getAccountsDetail(requestId, details);
  const card = loginIdFor('pending-1-poll');
  expect((await flinksErrorOf(flinks.deleteCard(card))).facts).toEqual({ status: 400, code: 'CARD_IN_USE' });
  await flinks.getAccountsDetailAsync(requestId);
  await flinks.deleteCard(card);
  const gone = await flinksErrorOf(flinks.authorize(stored('pending-1-poll'), await flinks.generateAuthorizeToken()));
  expect(gone.meaning).toEqual({ type: 'UnknownLogin', transient: false });
});

test('wrong keys are our configuration', async () => {
  const { token, requestId } = { token: 'unknown', requestId: loginIdFor('plain') };
  const configuration = { type: 'FlinksConfiguration', transient: false };
  const flinks = connect({ secretKey: 'wrong', apiKey: 'wrong' });
  expect((await flinksErrorOf(flinks.generateAuthorizeToken())).meaning).toEqual(configuration);
  expect((await flinksErrorOf(flinks.getAccountsSummary(requestId))).meaning).toEqual(configuration);
  const refused = await flinksErrorOf(flinks.authorize(stored('plain'), token));
  expect(refused.meaning).toEqual({ ...configuration, tokenRefused: true });
  const elsewhere = connect({ customerId: '00000000-0000-4000-8000-00000000ffff' });
  expect((await flinksErrorOf(elsewhere.generateAuthorizeToken())).meaning).toEqual(configuration);
});

test.each(['huge-at-detail', 'gzip-bomb-at-detail'])('accounts above the limit are refused: %s', async (scenario) => {
  const flinks = connect();
  const { requestId } = await opened(flinks, scenario);
  const error = await flinksErrorOf(flinks.getAccountsDetail(requestId, details));
  expect(error.meaning).toEqual({ type: 'ResponseTooLarge', transient: false });
});
