import type { Challenge } from '../contract.js';
import { runFailure } from './failures.js';

/** Ends the run at challenges that no answer could reach: answers go by prompt, and an approval on a device takes none. */
export function refuseUnsupported(challenges: Challenge[], requestId: string): void {
  const fault = faultOf(challenges);
  if (fault !== undefined) throw runFailure('UnsupportedChallenge', fault, { requestId });
}

function faultOf(challenges: Challenge[]): string | undefined {
  const prompts = challenges.map(({ prompt }) => prompt);
  if (prompts.length === 0) return 'The bank asked for an answer without a question.';
  if (prompts.some((prompt) => prompt.trim() === '')) return 'The bank asked a question without a text.';
  if (new Set(prompts).size < prompts.length) return 'The bank asked the same question twice in one round.';
  if (challenges.some(({ type }) => type === 'WaitUntilEUAccept'))
    return 'The bank waits for an approval on the customer’s device.';
  return undefined;
}
