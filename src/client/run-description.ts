// What a run says of itself from its first moment on, before any worker has taken it.
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
        ? 'It logs in at the bank, once: it is never repeated by itself, because that may send a message or lock the account.'
        : 'It reads what Flinks has stored, so that it may be started again at any time.',
      `The customer has ${answerWithin} for each round of questions, Flinks ${polling.deadline} to collect the data.`,
    ].join('\n\n'),
  };
}
