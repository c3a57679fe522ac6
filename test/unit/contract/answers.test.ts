import { expect, test } from 'vitest';
import { parseAnswers } from '../../../src/contract/answers.js';

const answers = { 'What city were you born in?': 'Montreal' };

const messageOf = (payload: unknown): string => {
  const read = parseAnswers(payload);
  return 'message' in read ? read.message : '';
};

test('null is absent in an answer', () => {
  const read = parseAnswers({ round: null, requestId: null, answerId: null, answers });
  expect('answers' in read && JSON.stringify(read.answers)).toBe(JSON.stringify({ answers }));
});

test.each<[string, object]>([
  ['RequestId is not a known field; did you mean requestId?', { RequestId: 'r', answers }],
  ['answer_id is not a known field; did you mean answerId?', { answer_id: 'a', answers }],
  ['Answers is not a known field; did you mean answers?', { Answers: answers }],
  ['round must be a whole number', { round: '1', answers }],
  ['requestId must be text', { requestId: 7, answers }],
  ['answerId must be at most 64 characters', { answerId: 'a'.repeat(65), answers }],
  ['answers must be an object that has the answer to each prompt: a text, or a list of texts', { answers: null }],
  ['input must be an object', []],
])('the message says: %s', (problem, payload) => {
  expect(messageOf(payload)).toMatch(/^The answer does not fit: /);
  expect(messageOf(payload).slice('The answer does not fit: '.length)).toBe(
    `${problem}. An answer is { "round"?, "requestId"?, "answerId"?, "answers": { "<prompt>": "<answer>" } }.`,
  );
});

test('neither an answer nor a prompt in the place of a field is repeated', () => {
  const secret = 'Zebra-8d';
  for (const payload of [{ ...answers, [secret]: secret }, { answers: { '?': 7, [secret]: [secret, 7] } }, secret]) {
    expect(messageOf(payload)).toContain('The answer does not fit');
    expect(messageOf(payload)).not.toMatch(/Zebra|Montreal|city/);
  }
});
