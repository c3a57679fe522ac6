// What is wrong with an answer, in words for its sender.
import { answerFields, answersSchema, type ReadAnswers } from '../contract.js';
import { inWords, problemsOf } from './problems.js';

/** Reads the payload of an answer. The message and `fields` name every bad field, and no value. */
export function parseAnswers(payload: unknown): { answers: ReadAnswers } | { message: string; fields: string[] } {
  const parsed = answersSchema.safeParse(payload);
  if (parsed.success) return { answers: parsed.data };
  const found = problemsOf(parsed.error.issues, payload, { '': answerFields }, 'answer');
  // Whoever sends answers without `answers` around them has prompts in the place of names.
  const problems = hasAnswers(payload) ? found : found.filter(({ problem }) => problem !== unknown);
  const prompts = problems.length < found.length ? [{ field: 'a field', problem: 'is not known' }] : [];
  return {
    message: `The answer does not fit: ${inWords([...problems, ...prompts])}. ${shape}`,
    fields: problems.map(({ field }) => field),
  };
}

const unknown = 'is not a known field';
const shape = 'An answer is { "round"?, "requestId"?, "answerId"?, "answers": { "<prompt>": "<answer>" } }.';

const hasAnswers = (payload: unknown): boolean =>
  typeof payload === 'object' &&
  payload !== null &&
  'answers' in payload &&
  typeof payload.answers === 'object' &&
  payload.answers !== null;
