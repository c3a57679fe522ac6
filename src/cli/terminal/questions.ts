// The bank's questions in words, and how to answer them.
import type { RunStatus } from '../../client.js';
import type { Challenge } from '../../contract.js';
import { commandOn } from '../../contract/copyable.js';
import { harmless } from '../../contract/harmless.js';
import { timeLeft } from './watch-line.js';

/** What is asked, how long there is, and the command that answers. */
export function answerHint({ workflowId, progress }: RunStatus, now: number): string {
  const { challenges = [], deadline, round } = progress ?? {};
  const left = deadline === undefined || Date.parse(deadline) <= now ? '' : ` Time left: ${timeLeft(deadline, now)}.`;
  return [
    ...challenges.map((challenge) => `The bank asks: ${question(challenge)}`),
    `Answer with: ${commandOn('answer', workflowId)}${round === undefined ? '' : ` --round ${round}`}${left && `\n${left.trim()}`}`,
  ].join('\n');
}

/** A question with its numbered choices, one a line. */
export const question = ({ prompt, choices = [] }: Challenge): string =>
  [harmless(prompt), ...choices.map((choice, index) => `  ${index + 1}) ${shorten(harmless(choice))}`)].join('\n');

/** A choice may be an image in Base64. */
const shorten = (choice: string): string =>
  choice.length > 100 ? `${choice.slice(0, 40)}… (${choice.length} characters)` : choice;
