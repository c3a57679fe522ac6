// What the Web UI shows of a run from its first moment on, before any worker has taken it.
import type { ResolvedInput } from '../contract.js';

/** The summary and the details of a run in the Web UI. They name no customer: the workflow id does that. */
export function describeRun({ login, mode, polling, answerWithin }: ResolvedInput): {
  staticSummary: string;
  staticDetails: string;
} {
  const from =
    'loginId' in login ? (mode === 'live' ? 'live by LoginId' : 'stored data of a LoginId') : 'live by credentials';
  return {
    staticSummary: `Account details, ${from}`,
    staticDetails: [
      'Retrieves the accounts of one bank login through Flinks.',
      mode === 'live'
        ? 'It logs in at the bank once. It never repeats that by itself: a second login may send a message or lock the account.'
        : 'It reads what Flinks has stored. It may be started again at any time.',
      `The customer has ${answerWithin} for each round of questions, Flinks ${polling.deadline} to collect the data.`,
    ].join('\n\n'),
  };
}
