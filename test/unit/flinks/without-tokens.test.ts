// Older instances of Flinks have no authorize tokens.
import { afterAll, beforeEach, expect, test } from 'vitest';
import { countByEndpoint } from '../../../simulator/record.js';
import { answersFor, loginIdFor, startSimulator } from '../../../simulator/server.js';
import { createActivities } from '../../../src/activities/index.js';
import { defaultRetryPolicy } from '../../../src/activities/retries.js';
import type { OpenSession } from '../../../src/flinks/client.js';
import { MockActivityEnvironment } from '@temporalio/testing';
import { clientOf, details, flinksErrorOf } from '../../support/flinks-server.js';

const simulator = await startSimulator({ withoutTokens: true });
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const older = () => clientOf(simulator.url, { ...simulator.keys, secretKey: '', authorizeTokens: false });
const open = (scenario: string, mode: OpenSession['mode']): OpenSession => ({
  login: { loginId: loginIdFor(scenario) },
  mode,
  save: true,
});

test.each(['cached', 'live'] as const)('a %s session is opened, answered and read without a token', async (mode) => {
  const flinks = older();
  const token = await flinks.generateAuthorizeToken();
  const asked = await flinks.authorize(open('question', mode), token);
  if (asked.kind !== 'challenges') throw new Error('The bank asks nothing.');
  const { requestId, challenges } = asked.open;
  const right = answersFor(
    'question',
    challenges.map(({ prompt }) => prompt),
  );
  const answers = Object.entries(right).map(([prompt, given]) => ({ prompt, answers: given }));
  expect(await flinks.answerChallenges(requestId, answers, token)).toMatchObject({ kind: 'session' });
  expect(await flinks.getAccountsDetail(requestId, details)).toMatchObject({ kind: 'accounts' });
  expect(countByEndpoint(simulator.requests)).toEqual({ Authorize: 2, GetAccountsDetail: 1 });
  expect(simulator.requests.map(({ headers }) => headers['flinks-auth-key'])).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('UNAUTHORIZED is worth no second try where there is no token to change', async () => {
  const fault = { kind: 'status', status: 401, code: 'UNAUTHORIZED' } as const;
  simulator.inject({ endpoint: 'Authorize', fault });
  const { authorize } = createActivities(older(), defaultRetryPolicy);
  const request = { open: { ...open('plain', 'cached'), mode: 'cached' as const }, at: { attempt: 1, elapsedMs: 0 } };
  await expect(new MockActivityEnvironment().run(() => authorize(request))).rejects.toMatchObject({
    type: 'LoginRefused',
  });
  expect(countByEndpoint(simulator.requests)).toEqual({ Authorize: 1 });
});

test('who mints tokens at such an instance learns that it has none', async () => {
  const error = await flinksErrorOf(clientOf(simulator.url, simulator.keys).generateAuthorizeToken());
  expect(error).toMatchObject({ meaning: { type: 'FlinksConfiguration' }, facts: { code: 'METHOD_NOT_AVAILABLE' } });
});
