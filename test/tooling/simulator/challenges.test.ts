import { afterEach, beforeEach, expect, test } from 'vitest';
import { answersFor, loginIdFor, SCENARIOS, type Simulator, startSimulator } from '../../../simulator/server.js';
import { callerOf, promptsOf } from '../../support/simulator-caller.js';

let simulator: Simulator;
let flinks: ReturnType<typeof callerOf>;

beforeEach(async () => {
  simulator = await startSimulator();
  flinks = callerOf(simulator);
});
afterEach(() => simulator.close());

async function ask(scenario: string, MostRecentCached = false) {
  const key = await flinks.token();
  const asked = await flinks.authorize({ LoginId: loginIdFor(scenario), MostRecentCached }, key);
  const requestId = asked.body?.['RequestId'];
  const answer = (SecurityResponses: unknown) => flinks.authorize({ RequestId: requestId, SecurityResponses }, key);
  return { asked, requestId, answer };
}

const answerable = SCENARIOS.filter(({ rounds, name }) => rounds.length > 0 && name !== 'no-challenges')
  .filter(({ faults, askOne }) => faults.length === 0 && !askOne)
  .map(({ name, rounds }) => ({ name, rounds: rounds.length }));

test.each(answerable)(
  '$name opens after $rounds rounds of right answers under one RequestId',
  async ({ name, rounds }) => {
    const { asked, requestId, answer } = await ask(name);
    let reply = asked;
    for (let round = 1; round <= rounds; round += 1) {
      expect([reply.status, reply.body?.['RequestId']]).toEqual([203, requestId]);
      reply = await answer(answersFor(name, promptsOf(reply)));
    }
    expect(reply.status).toBe(200);
  },
);

test('choices come as Iterables, and a choice counts only verbatim', async () => {
  const { asked, answer } = await ask('multiple-choice');
  expect(asked.body?.['SecurityChallenges']).toEqual([
    {
      Type: 'MultipleChoice',
      Prompt: 'Which of these accounts is yours?',
      Iterables: ['Chequing Basic', 'Savings Élite', 'None of these'],
    },
  ]);
  const reply = await answer({ 'Which of these accounts is yours?': ['savings élite'] });
  expect([reply.status, reply.body?.['FlinksCode']]).toEqual([401, 'INVALID_SECURITY_RESPONSE']);
});

test('prompts count byte by byte: a lost trailing blank is an unknown key', async () => {
  const { asked, answer } = await ask('french-prompts', true);
  const [first = '', second = ''] = promptsOf(asked);
  expect(first.endsWith(' ')).toBe(true);
  const reply = await answer({ [first.trim()]: ['Hélène'], [second]: ['Trois-Rivières'] });
  expect([reply.status, reply.body?.['FlinksCode']]).toEqual([401, 'UNKNOWN_CHALLENGE_KEY']);
});

test('a missing answer, an empty answer and a bare string are told apart, and the round stays open', async () => {
  const { asked, answer } = await ask('several-prompts');
  const prompts = promptsOf(asked);
  const right = answersFor('several-prompts', prompts);
  const [first = ''] = prompts;

  expect((await answer({ [first]: right[first] })).body?.['FlinksCode']).toBe('SECURITYRESPONSES_INCOMPLETE');
  const empty = await answer({ ...right, [first]: [''] });
  expect([empty.status, promptsOf(empty)]).toEqual([203, prompts]);
  const bare = await answer({ ...right, [first]: 'Montreal' });
  expect([bare.status, bare.body?.['FlinksCode']]).toEqual([400, 'INVALID_REQUEST']);
  expect((await answer(right)).status).toBe(200);
});

test('a wrong answer is asked again in the same session, and the third is final', async () => {
  const { requestId, answer } = await ask('wrong-answer-again');
  const wrong = { 'What city were you born in?': ['Paris'] };
  const first = await answer(wrong);
  expect(first.body).toMatchObject({
    FlinksCode: 'INVALID_SECURITY_RESPONSE',
    RequestId: requestId,
    SecurityChallenges: [{ Prompt: 'What city were you born in?' }],
  });
  await answer(wrong);
  const last = await answer(wrong);
  expect(last.body?.['FlinksCode']).toBe('INVALID_SECURITY_RESPONSE_NO_RETRY');
  expect((await answer(wrong)).body?.['FlinksCode']).toBe('SESSION_NONEXISTENT');
});

test.each([
  ['wrong-answer-final', 'INVALID_SECURITY_RESPONSE_NO_RETRY'],
  ['wrong-answer-final-plain', 'INVALID_SECURITY_RESPONSE'],
])('%s ends the session at once with %s', async (scenario, code) => {
  const { answer } = await ask(scenario, true);
  const reply = await answer({ 'What city were you born in?': ['Paris'] });
  expect([reply.status, reply.body?.['FlinksCode'], reply.body?.['SecurityChallenges']]).toEqual([
    401,
    code,
    undefined,
  ]);
  expect((await answer({ 'What city were you born in?': ['Montreal'] })).status).toBe(400);
});

test('cached mode asks only where the table says so', async () => {
  expect((await ask('question', true)).asked.status).toBe(203);
  expect((await ask('three-rounds', true)).asked.status).toBe(200);
});

test('a session whose questions are open gives no data', async () => {
  const { requestId } = await ask('question');
  const { status, body } = await flinks.post('GetAccountsSummary', { RequestId: requestId });
  expect([status, body?.['FlinksCode']]).toEqual([401, 'UNAUTHORIZED']);
});

test('an answer to a session that is open already is ALREADY_AUTHORIZED, and the session stays open', async () => {
  const { requestId, answer } = await ask('question', true);
  const right = { 'What city were you born in?': ['Montreal'] };
  expect((await answer(right)).status).toBe(200);
  const again = await answer(right);
  expect([again.status, again.body?.['FlinksCode'], again.body?.['RequestId']]).toEqual([
    401,
    'ALREADY_AUTHORIZED',
    requestId,
  ]);
  expect((await flinks.post('GetAccountsSummary', { RequestId: requestId })).status).toBe(200);
});

test('Language fr asks the documented questions in French, and makes another LoginId of the same credentials', async () => {
  const open = async (Username: string, Language: string) => {
    const reply = await flinks.authorize({
      Institution: 'FlinksCapital',
      Username,
      Password: 'Everyday',
      MostRecentCached: false,
      Language,
    });
    return { prompts: reply.status === 203 ? promptsOf(reply) : [], login: reply.body?.['Login'] };
  };
  const { prompts } = await open('question', 'fr');
  expect(prompts).toEqual(['Dans quelle ville êtes-vous né(e) ?']);
  expect(answersFor('question', prompts)).toEqual({ [prompts[0] ?? '']: ['Montreal'] });
  expect((await open('question', 'en')).prompts).toEqual(['What city were you born in?']);
  expect((await open('plain', 'fr')).login).not.toEqual((await open('plain', 'en')).login);
});
