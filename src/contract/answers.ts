// What is wrong with an answer, in words for its sender.
import { answerFields, answersSchema, type ReadAnswers } from '../contract.js';
import { inWords, problemsOf } from './problems.js';

/** Reads the payload of an answer. The message names every bad field that the contract knows, and no value. */
export function parseAnswers(payload: unknown): { answers: ReadAnswers } | { message: string } {
  const parsed = answersSchema.safeParse(payload);
  if (parsed.success) return { answers: parsed.data };
  const problems = problemsOf(parsed.error.issues, payload, { '': answerFields }).map(({ field, problem }) =>
    // Whoever sends answers without `answers` around them has prompts in the place of names.
    problem === 'is not a known field' ? { field: 'a field', problem: 'is not known' } : { field, problem },
  );
  return { message: `The answer does not fit: ${inWords(problems)}. ${shape}` };
}

const shape = 'An answer is { "round"?, "requestId"?, "answerId"?, "answers": { "<prompt>": "<answer>" } }.';
