import { describe, expect, test } from 'vitest';
import { answersFor } from '../../simulator/server.js';
import type { Retrieval } from '../support/retrieval.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();
const live = { mode: 'live' } as const;

const city = 'What city were you born in?';
const country = 'What is the best country on earth?';
const shape = 'What shape do people like most?';
const green = answersFor('image-selection', ['Select your security image.'])['Select your security image.'] ?? [];

/** What each answer carried to Flinks, in order; and that all of a session came with its own token and RequestId. */
function sentAnswers(run: Retrieval): unknown[] {
  const [first, ...later] = run.requests('Authorize');
  const { requestId } = first ?? {};
  for (const { headers, answer, body } of later) {
    expect(answer).toBe(true);
    expect(headers['flinks-auth-key']).toBe(first?.headers['flinks-auth-key']);
    expect(body).toMatchObject({ RequestId: requestId });
  }
  return later.map(({ body }) => (typeof body === 'object' ? body['SecurityResponses'] : body));
}

const asked = (answers: number) => ({
  GenerateAuthorizeToken: 1,
  Authorize: 1 + answers,
  GetAccountsSummary: 1,
  GetAccountsDetail: 1,
});

describe.each(['update', 'signal'] as const)('a customer who answers by %s', (way) => {
  test.each<[string, Record<string, string | string[]>[]]>([
    ['question', [{ [city]: 'Montreal' }]],
    ['multiple-choice', [{ 'Which of these accounts is yours?': ['Savings Élite'] }]],
    ['multiple-answers', [{ 'Which branches have you used?': ['Laval', 'Sherbrooke'] }]],
    ['image-selection', [{ 'Select your security image.': green }]],
    [
      'text-or-call',
      [
        { 'How should we send you a code?': 'Call to ***-***-0142' },
        { 'Enter the code that was sent to you.': '123456' },
      ],
    ],
    ['unknown-challenge-type', [{ 'Say the word on your card.': 'maple' }]],
    ['two-rounds', [{ [city]: 'Montreal' }, { [country]: 'Canada' }]],
    ['three-rounds', [{ [city]: 'Montreal' }, { [country]: 'Canada' }, { [shape]: 'Triangle' }]],
    [
      'several-prompts',
      [{ [city]: 'Montreal', 'Which of these accounts is yours?': 'Savings Élite', [shape]: ['Triangle'] }],
    ],
    [
      'french-prompts',
      [
        {
          'Quel est le prénom de votre mère ? ': 'Hélène',
          'Où êtes-vous né(e) à l’été 1980 ?': 'Trois-Rivières',
        },
      ],
    ],
  ])('gets through %s with one call for each round', async (scenario, rounds) => {
    const run = await flinks.start(scenario, live);
    for (const [index, answers] of rounds.entries()) {
      const round = index + 1;
      const { challenges = [] } = await run.reaches('awaitingAnswers', round);
      expect(challenges.map(({ prompt }) => prompt)).toEqual(Object.keys(answers));
      expect(await run[way]({ round, answers })).toEqual(way === 'update' ? { accepted: true, round } : undefined);
    }
    expect(await run.outcome()).toMatchObject({ completed: { challengeRounds: rounds.length } });
    const asArrays = rounds.map((answers) =>
      Object.fromEntries(Object.entries(answers).map(([prompt, answer]) => [prompt, [answer].flat()])),
    );
    expect(sentAnswers(run)).toEqual(asArrays);
    expect(run.counts()).toEqual(asked(rounds.length));
  });
});

test.each([
  ['multiple-choice', 'MultipleChoice', ['Chequing Basic', 'Savings Élite', 'None of these']],
  ['multiple-answers', 'MultipleChoiceMultipleAnswers', ['Laval', 'Gatineau', 'Sherbrooke', 'None']],
  ['text-or-call', 'TextOrCall', ['Text to ***-***-0142', 'Call to ***-***-0142']],
  ['question', 'QuestionAndAnswer', undefined],
  ['unknown-challenge-type', 'SayTheWord', undefined],
])('an app that shows %s learns its type and choices as Flinks wrote them', async (scenario, type, choices) => {
  const run = await flinks.start(scenario, live);
  const { challenges } = await run.reaches('awaitingAnswers', 1);
  expect(challenges).toEqual([{ prompt: expect.any(String), type, ...(choices && { choices }) }]);
});

test('an app that shows pictures gets each as Flinks sent it', async () => {
  const run = await flinks.start('image-selection', live);
  const { challenges: [challenge] = [] } = await run.reaches('awaitingAnswers', 1);
  expect(challenge).toMatchObject({ type: 'ImageSelection' });
  expect(challenge?.choices).toHaveLength(3);
  expect(challenge?.choices).toContain(green[0]);
});

test('a question in cached mode is answered in the same session', async () => {
  const run = await flinks.start('question');
  await run.answerRound(1);
  expect(await run.outcome()).toMatchObject({ completed: { challengeRounds: 1, freshness: { cached: true } } });
  expect(run.counts()).toEqual(asked(1));
});

test('a customer who logs in with credentials is asked in the same way', async () => {
  const run = await flinks.startWith({
    login: { institution: 'FlinksCapital', username: 'question+77', password: 'Everyday' },
  });
  await run.reaches('awaitingAnswers', 1);
  await run.update({ answers: { [city]: 'Montreal' } });
  expect(await run.outcome()).toMatchObject({ completed: { challengeRounds: 1, freshness: { cached: false } } });
  expect(sentAnswers(run)).toEqual([{ [city]: ['Montreal'] }]);
  expect(run.counts()).toEqual(asked(1));
});

test('a customer with a wrong answer gets another chance as a new round of the same session', async () => {
  const run = await flinks.start('wrong-answer-again', live);
  await run.reaches('awaitingAnswers', 1);
  await run.signal({ round: 1, answers: { [city]: 'Laval' } });
  expect(await run.reaches('awaitingAnswers', 2)).toMatchObject({ lastFlinksCode: 'INVALID_SECURITY_RESPONSE' });
  await run.update({ round: 2, answers: { [city]: 'Montreal' } });
  expect(await run.outcome()).toMatchObject({ completed: { challengeRounds: 2 } });
  expect(sentAnswers(run)).toEqual([{ [city]: ['Laval'] }, { [city]: ['Montreal'] }]);
  expect(run.counts()).toEqual(asked(2));
});

test('a customer without another chance ends the run, and nothing is sent after the last answer', async () => {
  const run = await flinks.start('wrong-answer-again', live);
  for (const round of [1, 2, 3]) {
    await run.reaches('awaitingAnswers', round);
    await run.update({ round, answers: { [city]: `Laval ${round}` } });
  }
  expect(await run.outcome()).toMatchObject({ type: 'SecurityAnswerRejected' });
  expect(run.counts()).toEqual({ GenerateAuthorizeToken: 1, Authorize: 4 });
});

test.each(['no-challenges', 'blank-prompt', 'repeated-prompt', 'push-approval'])(
  'a challenge that no answer can reach ends the run at once: %s',
  async (scenario) => {
    const run = await flinks.start(scenario, live);
    const requestId = expect.any(String);
    expect(await run.outcome()).toMatchObject({ type: 'UnsupportedChallenge', details: { requestId } });
    expect(run.counts()).toEqual({ GenerateAuthorizeToken: 1, Authorize: 1 });
  },
);

test('a bank that keeps asking is answered six times by default', async () => {
  const run = await flinks.start('seven-rounds', live);
  for (const round of [1, 2, 3, 4, 5, 6]) await run.answerRound(round);
  expect(await run.outcome()).toMatchObject({ type: 'TooManyChallengeRounds' });
  expect(run.counts()).toEqual({ GenerateAuthorizeToken: 1, Authorize: 7 });
});

test('a bank may ask seven times where the caller allows it', async () => {
  const run = await flinks.start('seven-rounds', { ...live, maxChallengeRounds: 7 });
  for (const round of [1, 2, 3, 4, 5, 6, 7]) await run.answerRound(round);
  expect(await run.outcome()).toMatchObject({ completed: { challengeRounds: 7 } });
  expect(run.counts()).toEqual(asked(7));
});
