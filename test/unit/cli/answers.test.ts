import { expect, test } from 'vitest';
import { pipedAnswers } from '../../../src/cli/terminal/ask.js';
import { CommandError, exitCode } from '../../../src/cli/terminal/output.js';
import type { Challenge } from '../../../src/contract.js';

const city: Challenge = { prompt: 'Où êtes-vous né(e) ? ', type: 'QuestionAndAnswer' };
function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

const country: Challenge = { prompt: 'Which country?', type: 'QuestionAndAnswer' };

test.each(['Montréal', ' padded ', '1867', '012345', 'true', "l'Île", 'rock "n" roll', '-'])(
  'plain text is the answer to the only question, to the letter: %s',
  (piped) => {
    expect(pipedAnswers(piped, [city])).toEqual({ answers: { [city.prompt]: piped } });
  },
);

test.each([
  '{not json',
  '{"Your code": 012345}',
  "{'Your code': '1'}",
  '[1, 2',
  '["Montréal"]',
  '[]',
  '"Montréal"',
  "'Montréal'",
  '“Montréal”',
  '« Montréal »',
  'null',
  'Montréal\nLaval',
  'Mont\u0000réal',
])('what is no answer is sent to no bank, and not shown: %j', (piped) => {
  const thrown = thrownBy(() => pipedAnswers(piped, [city]));
  expect(thrown).toBeInstanceOf(CommandError);
  expect(thrown).toMatchObject({
    code: 'Usage',
    exit: exitCode.usage,
    message: expect.stringContaining('Nothing was sent'),
  });
  expect(String(thrown)).not.toContain('Montréal');
});

test('JSON by prompt answers several questions', () => {
  const answers = { [city.prompt]: 'Montréal', [country.prompt]: ['Canada'] };
  expect(pipedAnswers(JSON.stringify(answers), [city, country])).toEqual({ answers });
});

test('a whole answer payload may be piped in', () => {
  const answers = { [city.prompt]: 'Montréal' };
  const payload = { round: 1, requestId: 'r', answerId: 'a', answers };
  expect(pipedAnswers(JSON.stringify(payload), [city])).toEqual(payload);
});

test('a question that is called "answers" can be answered by its prompt', () => {
  expect(pipedAnswers('{"answers": "forty-two"}', [{ ...city, prompt: 'answers' }])).toEqual({
    answers: { answers: 'forty-two' },
  });
});

test('a question named __proto__ gets its answer', () => {
  const { answers } = pipedAnswers('Montréal', [{ ...city, prompt: '__proto__' }]);
  expect(Object.entries(answers)).toEqual([['__proto__', 'Montréal']]);
});

test('plain text for several questions is a usage error that shows the form and not the text', () => {
  const thrown = thrownBy(() => pipedAnswers('Montréal', [city, country]));
  expect(thrown).toBeInstanceOf(CommandError);
  expect(thrown).toMatchObject({
    code: 'Usage',
    exit: exitCode.usage,
    message: expect.stringContaining('2 questions'),
  });
  expect(String(thrown)).not.toContain('Montréal');
});
