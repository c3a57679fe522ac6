import { expect, test } from 'vitest';
import { parseAnswers } from '../../../src/contract/answers.js';

const answers = { 'What city were you born in?': 'Montreal' };

const refusalOf = (payload: unknown): { message: string; fields: string[] } => {
  const read = parseAnswers(payload);
  return 'message' in read ? read : { message: '', fields: [] };
};
const messageOf = (payload: unknown): string => refusalOf(payload).message;

test('null is absent in an answer', () => {
  const read = parseAnswers({ round: null, requestId: null, answerId: null, answers });
  expect('answers' in read && JSON.stringify(read.answers)).toBe(JSON.stringify({ answers }));
});

test.each<[string, unknown]>([
  ['RequestID is not a known field; did you mean requestId?', { RequestID: 'r', answers }],
  ['answer_id is not a known field; did you mean answerId?', { answer_id: 'a', answers }],
  ['Answers is not a known field; did you mean answers?', { Answers: answers }],
  ['round must be a whole number', { round: '1', answers }],
  ['requestId must be text', { requestId: 7, answers }],
  ['answerId must be at most 64 characters', { answerId: 'a'.repeat(65), answers }],
  ['answers must be an object that has the answer to each prompt: a text, or a list of texts', { answers: null }],
  ['round must be a whole number; colour is not a known field', { round: '1', colour: 'red', answers }],
  ['answer must be an object', []],
  ['answer must be an object', 'Montreal'],
])('the message says: %s', (problem, payload) => {
  expect(messageOf(payload)).toMatch(/^The answer does not fit: /);
  expect(messageOf(payload).slice('The answer does not fit: '.length)).toBe(
    `${problem}. An answer is { "round"?, "requestId"?, "answerId"?, "answers": { "<prompt>": "<answer>" } }.`,
  );
});

test.each<[string[], unknown]>([
  [['requestId', 'Round'], { requestId: 7, Round: 1, answers }],
  [['answers', 'answerId'], { answerId: '' }],
  [['colour'], { colour: 'red', answers }],
  [['answer'], null],
])('the fields of a refusal are listed, too: %j', (fields, payload) => {
  expect(refusalOf(payload).fields.toSorted()).toEqual(fields.toSorted());
});

test('thousands of unknown fields do not make a refusal that is too large to carry', () => {
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`field-${index}`, index]));
  const { message, fields } = refusalOf({ ...many, answers });
  expect(fields).toHaveLength(100);
  expect(message.length).toBeLessThan(10_000);
});

test('neither an answer nor a prompt in the place of a field is repeated', () => {
  const secret = 'Zebra-8d';
  for (const payload of [{ ...answers, [secret]: secret }, { answers: { '?': 7, [secret]: [secret, 7] } }, secret]) {
    expect(messageOf(payload)).toContain('The answer does not fit');
    const { message, fields } = refusalOf(payload);
    expect(`${message} ${fields.join()}`).not.toMatch(/Zebra|Montreal|city/);
  }
});
