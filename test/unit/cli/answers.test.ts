import { expect, test } from 'vitest';
import { pipedAnswers } from '../../../src/cli/terminal/ask.js';
import { CommandError, exitCode } from '../../../src/cli/terminal/output.js';
import type { Challenge } from '../../../src/contract.js';

const city: Challenge = { prompt: 'Où êtes-vous né(e) ? ', type: 'QuestionAndAnswer' };
const country: Challenge = { prompt: 'Which country?', type: 'QuestionAndAnswer' };

test.each(['Montréal', ' padded ', '1867', 'true', '"quoted"', '{not json', 'null'])(
  'plain text is the answer to the only question, to the letter: %s',
  (piped) => {
    expect(pipedAnswers(piped, [city])).toEqual({ [city.prompt]: piped });
  },
);

test('JSON by prompt answers several questions', () => {
  const answers = { [city.prompt]: 'Montréal', [country.prompt]: ['Canada'] };
  expect(pipedAnswers(JSON.stringify(answers), [city, country])).toEqual(answers);
});

test('a whole answer payload may be piped in', () => {
  const answers = { [city.prompt]: 'Montréal' };
  expect(pipedAnswers(JSON.stringify({ round: 1, answers }), [city])).toEqual(answers);
});

test('a question that is called "answers" can be answered by its prompt', () => {
  expect(pipedAnswers('{"answers": "forty-two"}', [{ ...city, prompt: 'answers' }])).toEqual({ answers: 'forty-two' });
});

test('a question named __proto__ gets its answer', () => {
  const answers = pipedAnswers('Montréal', [{ ...city, prompt: '__proto__' }]);
  expect(Object.entries(answers)).toEqual([['__proto__', 'Montréal']]);
});

test('plain text for several questions is a usage error that shows the form and not the text', () => {
  let thrown: unknown;
  try {
    pipedAnswers('Montréal', [city, country]);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(CommandError);
  expect(thrown).toMatchObject({
    code: 'Usage',
    exit: exitCode.usage,
    message: expect.stringContaining('2 questions'),
  });
  expect(String(thrown)).not.toContain('Montréal');
});
