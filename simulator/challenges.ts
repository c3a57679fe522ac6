import type { Json } from './fields.js';

/** What a bank asks. `answer` lists the strings that are right together; choices are compared byte by byte. */
export interface Challenge {
  type: string;
  prompt: string;
  /** The prompt of a session in French; without it the prompt is the same in both languages. */
  french?: string;
  choices?: readonly string[];
  answer: readonly string[] | 'any choice' | 'anything';
}

export type Verdict = 'right' | 'wrong' | 'empty' | 'unknown key' | 'incomplete';

/** A challenge as a session in this language asks it. */
export function inLanguage(challenge: Challenge, language: string): Challenge {
  const { french } = challenge;
  return language === 'fr' && french !== undefined ? { ...challenge, prompt: french } : challenge;
}

/** A challenge as it stands in `SecurityChallenges`. */
export function onTheWire({ type, prompt, choices }: Challenge): Json {
  return { Type: type, Prompt: prompt, ...(choices && { Iterables: choices }) };
}

/** Judges the answers to all prompts of a round; `responses` is keyed by the exact prompts. */
export function judge(asked: readonly Challenge[], responses: Record<string, string[]>): Verdict {
  const prompts = new Set(asked.map(({ prompt }) => prompt));
  if (Object.keys(responses).some((prompt) => !prompts.has(prompt))) return 'unknown key';
  if ([...prompts].some((prompt) => !Object.hasOwn(responses, prompt))) return 'incomplete';
  const verdicts = asked.map((challenge) => judgeOne(challenge, responses[challenge.prompt] ?? []));
  return verdicts.find((verdict) => verdict !== 'right') ?? 'right';
}

function judgeOne({ answer, choices }: Challenge, given: readonly string[]): Verdict {
  if (answer === 'anything') return 'right';
  if (given.every((text) => text.trim() === '')) return 'empty';
  if (answer === 'any choice') return given.length === 1 && choices?.includes(given[0] ?? '') ? 'right' : 'wrong';
  // Typed answers are not case-sensitive; a choice has to come back verbatim.
  const plain = (text: string): string => (choices ? text : text.trim().toLowerCase());
  const wanted = answer.map(plain).toSorted();
  const got = given.map(plain).toSorted();
  return wanted.length === got.length && wanted.every((text, index) => text === got[index]) ? 'right' : 'wrong';
}

/** The strings that answer a challenge rightly. */
export function rightAnswer({ answer, choices }: Challenge): string[] {
  if (answer === 'anything') return ['yes'];
  return answer === 'any choice' ? (choices ?? []).slice(0, 1) : [...answer];
}
