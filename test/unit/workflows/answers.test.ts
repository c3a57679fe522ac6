import { expect, test } from 'vitest';
import type { Challenge, RejectionType, ReadAnswers } from '../../../src/contract.js';
import type { SecurityResponse } from '../../../src/flinks/client.js';
import { judgeAnswers, readAnswers, type OpenRound } from '../../../src/workflows/answers.js';

const city: Challenge = { prompt: 'Où êtes-vous né(e) ? ', type: 'QuestionAndAnswer' };
const branches = ['Laval', 'Gatineau', 'Sherbrooke'];
const one: Challenge = { prompt: 'Which?', type: 'MultipleChoice', choices: branches };
const several: Challenge = { prompt: 'Which ones?', type: 'MultipleChoiceMultipleAnswers', choices: branches };
const requestId = '00000000-0000-4000-8000-0000000000a1';

const deadline = 1_000_000;
const open = (...challenges: Challenge[]) => ({ round: 2, requestId, challenges, deadline });
const judge = (given: ReadAnswers, round: OpenRound | undefined, previous: SecurityResponse[], now = deadline) =>
  judgeAnswers(given, round, previous, now);
const answer = (prompt: string, given: string | string[]): ReadAnswers => ({
  answers: Object.fromEntries([[prompt, given]]),
});

function rejection(
  judged: ReturnType<typeof judgeAnswers> | ReturnType<typeof readAnswers>,
): RejectionType | undefined {
  return 'rejected' in judged ? judged.rejected : undefined;
}

test('an answer to all that is asked is taken, as one list of texts per prompt in the order of the questions', () => {
  const answers = {
    [several.prompt]: ['Sherbrooke', 'Laval'],
    [one.prompt]: 'Gatineau',
    [city.prompt]: ' Trois-Rivières ',
  };
  expect(judge({ round: 2, requestId, answers }, open(city, one, several), [])).toEqual([
    { prompt: city.prompt, answers: [' Trois-Rivières '] },
    { prompt: one.prompt, answers: ['Gatineau'] },
    { prompt: several.prompt, answers: ['Sherbrooke', 'Laval'] },
  ]);
});

test.each([
  ['RoundOver', { ...answer(city.prompt, 'Laval'), round: 1 }, city],
  ['RoundOver', { ...answer(city.prompt, 'Laval'), round: 3 }, city],
  ['WrongSession', { ...answer(city.prompt, 'Laval'), requestId: 'another' }, city],
  ['UnknownPrompt', answer(city.prompt.trim(), 'Laval'), city],
  ['UnknownPrompt', { answers: { [city.prompt]: 'Laval', more: 'x' } }, city],
  ['MissingPrompt', { answers: {} }, city],
  ['InvalidChoice', answer(one.prompt, 'laval'), one],
  ['InvalidChoice', answer(one.prompt, ['Laval', 'Gatineau']), one],
  ['InvalidChoice', answer(several.prompt, ['Laval', 'Laval']), several],
  ['InvalidChoice', answer(several.prompt, ['Laval', 'Montréal']), several],
  ['EmptyAnswer', answer(city.prompt, ''), city],
  ['EmptyAnswer', answer(city.prompt, ' \t'), city],
  ['EmptyAnswer', answer(city.prompt, []), city],
  ['EmptyAnswer', answer(one.prompt, ''), one],
  ['EmptyAnswer', answer(several.prompt, []), several],
  ['AnswerTooLarge', answer(city.prompt, 'x'.repeat(4_001)), city],
  ['InvalidAnswer', answer(city.prompt, ['Laval', 'Gatineau']), city],
] as const)('%s: %o', (type, given, challenge) => {
  expect(rejection(judge(given, open(challenge), []))).toBe(type);
});

test('an answer of the moment of the deadline is taken, and one that comes later is not', () => {
  for (const now of [deadline - 1, deadline, deadline + 5_000])
    expect(judge(answer(city.prompt, 'Laval'), open(city), [], now)).toHaveLength(1);
  expect(rejection(judge(answer(city.prompt, 'Laval'), open(city), [], deadline + 5_001))).toBe('RoundOver');
});

test('without an open round every answer is refused', () => {
  expect(rejection(judge(answer(city.prompt, 'Laval'), undefined, []))).toBe('NoChallengeOpen');
});

test('one of two questions answered is not enough', () => {
  expect(rejection(judge(answer(one.prompt, 'Laval'), open(city, one), []))).toBe('MissingPrompt');
});

test('the answers of the round before are refused as a double click, unless the round is named', () => {
  const previous = [{ prompt: city.prompt, answers: ['Laval'] }];
  expect(rejection(judge(answer(city.prompt, ['Laval']), open(city), previous))).toBe('DuplicateAnswer');
  expect(judge({ ...answer(city.prompt, 'Laval'), round: 2 }, open(city), previous)).toEqual(previous);
  expect(judge(answer(city.prompt, 'Gatineau'), open(city), previous)).toHaveLength(1);
});

test('a double click is one also where the bank lists the questions in another order', () => {
  const both = { answers: { [city.prompt]: 'Laval', [one.prompt]: 'Gatineau' } };
  const first = judge(both, open(city, one), []);
  const previous = Array.isArray(first) ? first : [];
  expect(rejection(judge(both, open(one, city), previous))).toBe('DuplicateAnswer');
});

test('a challenge of an unknown type is answered as text or as a choice', () => {
  expect(judge(answer('?', 'anything'), open({ prompt: '?', type: 'Brand New' }), [])).toHaveLength(1);
  const choice = { prompt: '?', type: 'Brand New', choices: branches };
  expect(judge(answer('?', 'Laval'), open(choice), [])).toHaveLength(1);
  expect(rejection(judge(answer('?', 'Lava'), open(choice), []))).toBe('InvalidChoice');
});

test('an image is answered with itself, however large', () => {
  const image = 'A'.repeat(100_000);
  const challenge = { prompt: '?', type: 'ImageSelection', choices: [image, 'B'] };
  expect(judge(answer('?', image), open(challenge), [])).toEqual([{ prompt: '?', answers: [image] }]);
});

test.each(['__proto__', 'constructor', 'toString'])('a question named %s has to be answered and can be', (prompt) => {
  const challenge = { prompt, type: 'QuestionAndAnswer' };
  const read = readAnswers(JSON.parse(`{"answers": {"${prompt}": "Laval"}}`));
  if ('rejected' in read) throw new Error(read.message);
  expect(judge(read, open(challenge), [])).toEqual([{ prompt, answers: ['Laval'] }]);
  expect(rejection(judge({ answers: {} }, open(challenge), []))).toBe('MissingPrompt');
});

test.each([
  undefined,
  null,
  'Laval',
  7,
  [],
  {},
  { answers: null },
  { answers: ['Laval'] },
  { answers: { '?': 7 } },
  { answers: { '?': ['Laval', 7] } },
  { answers: { '?': null } },
  { answers: { '?': 'x' }, round: 'one' },
  { answers: { '?': 'x' }, round: 1.5 },
  { answers: { '?': 'x' }, requestId: 7 },
  { answers: { '?': 'x' }, answerId: '' },
  { answers: { '?': 'x' }, answerId: 'x'.repeat(65) },
  { answers: { '?': 'x' }, extra: true },
])('a payload that is no answer is an InvalidAnswer and no crash: %o', (payload) => {
  expect(rejection(readAnswers(payload))).toBe('InvalidAnswer');
});

test('no rejection repeats an answer', () => {
  const given = 'Zebra-8d';
  const messages = [
    judge(answer('other', given), open(city), []),
    judge(answer(one.prompt, given), open(one), []),
    judge(answer(city.prompt, [given, given]), open(city), []),
    readAnswers({ answers: given }),
  ];
  expect(messages.every((judged) => 'rejected' in judged)).toBe(true);
  expect(JSON.stringify(messages)).not.toContain(given);
});
