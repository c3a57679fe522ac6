// Whether an answer fits the open round. Pure, so that an update's validator can ask without consequences.
import type { Challenge, ReadAnswers, RejectionType } from '../contract.js';
import { parseAnswers } from '../contract/answers.js';
import type { SecurityResponse } from '../flinks/client.js';

/** The challenges that the bank waits for. */
export interface OpenRound {
  round: number;
  requestId: string;
  challenges: Challenge[];
  /** Until when answers are taken, in milliseconds of the run's clock. */
  deadline: number;
}

export interface Rejection {
  rejected: RejectionType;
  message: string;
}

/** More than any answer to a bank, and little enough to keep a run's history small. A choice is bound by its choices. */
const longestText = 4_000;

const reject = (rejected: RejectionType, message: string): Rejection => ({ rejected, message });

/** An answer that was sent before, and must not count again. */
export const duplicate = (message: string): Rejection => reject('DuplicateAnswer', message);

/** Reads the payload of a signal or update, whoever sent it. */
export function readAnswers(payload: unknown): ReadAnswers | Rejection {
  const read = parseAnswers(payload);
  return 'answers' in read ? read.answers : reject('InvalidAnswer', read.message);
}

/**
 * An answer beats its deadline when both reach the run in one task. When no worker was there for longer than this, the
 * answer may have come long after the deadline, and the session is gone.
 */
const sameMomentMs = 5_000;

/** Judges answers against the open round at this time. `previous` are the last answers that were taken. */
export function judgeAnswers(
  { round, requestId, answers }: ReadAnswers,
  openRound: OpenRound | undefined,
  previous: SecurityResponse[],
  now: number,
): SecurityResponse[] | Rejection {
  if (!openRound) return reject('NoChallengeOpen', 'No challenge is open: there is nothing to answer now.');
  if (round !== undefined && round !== openRound.round)
    return reject('RoundOver', `The answer is for round ${round}; round ${openRound.round} is open.`);
  if (requestId !== undefined && requestId !== openRound.requestId)
    return reject('WrongSession', 'The answer is for another session. Read progress, and answer what is asked now.');
  if (now > openRound.deadline + sameMomentMs)
    return reject('RoundOver', `The time to answer round ${openRound.round} is over.`);
  if (Object.keys(answers).some((prompt) => openRound.challenges.every((challenge) => challenge.prompt !== prompt)))
    return reject('UnknownPrompt', 'An answer is to a question that was not asked. Prompts must match byte for byte.');
  const responses: SecurityResponse[] = [];
  for (const challenge of openRound.challenges) {
    if (!Object.hasOwn(answers, challenge.prompt))
      return reject('MissingPrompt', `${openRound.challenges.length} answers are needed, all in one message.`);
    const given = answers[challenge.prompt] ?? [];
    const response = { prompt: challenge.prompt, answers: typeof given === 'string' ? [given] : given };
    const fault = faultOf(response.answers, challenge);
    if (fault) return fault;
    responses.push(response);
  }
  if (round === undefined && isSame(responses, previous))
    return duplicate('The same answers were sent for the round before. Send a "round" to repeat them.');
  return responses;
}

function faultOf(given: string[], { type, choices }: Challenge): Rejection | undefined {
  if (choices && given.length > 0) {
    const fits = given.every((answer) => choices.includes(answer)) && new Set(given).size === given.length;
    if (fits && (given.length === 1 || !takesOne.has(type))) return undefined;
    if (given.every(isBlank)) return reject('EmptyAnswer', 'An answer is empty.');
    return reject('InvalidChoice', 'An answer is not one of the choices, or there are too many answers.');
  }
  if (given.every(isBlank)) return reject('EmptyAnswer', 'An answer is empty.');
  if (given.some((answer) => answer.length > longestText))
    return reject('AnswerTooLarge', `An answer is longer than ${longestText} characters.`);
  if (given.length > 1) return reject('InvalidAnswer', 'This question takes one answer.');
  return undefined;
}

const takesOne = new Set(['MultipleChoice', 'ImageSelection', 'TextOrCall', 'QuestionAndAnswer']);
const isBlank = (answer: string): boolean => answer.trim() === '';

/** The bank may list the same questions in another order the next time. */
const isSame = (now: SecurityResponse[], before: SecurityResponse[]): boolean =>
  inOrder(byPrompt(now)) === inOrder(byPrompt(before));

/** The answers of each prompt. */
export const byPrompt = (responses: SecurityResponse[]): Record<string, string[]> =>
  Object.fromEntries(responses.map(({ prompt, answers }) => [prompt, answers]));

/** A text that is the same for the same answers, in whatever order and form they came. */
export const inOrder = (answers: Record<string, string | string[]>): string =>
  JSON.stringify(
    Object.entries(answers)
      .map(([prompt, given]) => [prompt, typeof given === 'string' ? [given] : given] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
