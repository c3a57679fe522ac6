// The shapes of runs whose histories are recorded. Each stands for decisions that a change of the workflows could undo.
import type { AccountDetailsClient } from '../../src/client.js';
import type { RetrieveAccountDetailsInput } from '../../src/contract.js';
import { answersFor, loginIdFor } from '../../simulator/server.js';

export interface Shape {
  name: string;
  scenario: string;
  input?: Partial<RetrieveAccountDetailsInput>;
  /** What happens to the run from outside. */
  meanwhile?: (client: AccountDetailsClient, workflowId: string) => Promise<unknown>;
  /** Recorded on a worker with SEARCH_ATTRIBUTES=off. */
  withoutSearchAttributes?: true;
  /** Recorded encrypted, in a namespace of its own. */
  encrypted?: true;
}

/** Where the encrypted history was recorded, and with what: invented for it, so anybody may know. */
export const recordedNamespace = 'recorded';
export const recordedKeys = { PAYLOAD_KEYS: 'recorded:cmVjb3JkZWRyZWNvcmRlZHJlY29yZGVkcmVjb3JkZWQ=' };

const quickly = { polling: { interval: '1 second', deadline: '3 seconds' } };

async function waitForRound(client: AccountDetailsClient, workflowId: string, round: number) {
  for await (const { progress } of client.watch(workflowId, { everyMs: 100 }))
    if (progress?.stage === 'awaitingAnswers' && progress.round === round) return progress;
  throw new Error(`${workflowId} ended before round ${round}.`);
}

const answerRounds =
  (scenario: string, rounds: number): NonNullable<Shape['meanwhile']> =>
  async (client, workflowId) => {
    for (let round = 1; round <= rounds; round++) {
      const { challenges = [] } = await waitForRound(client, workflowId, round);
      const prompts = challenges.map(({ prompt }) => prompt);
      await client.answer(workflowId, { answers: answersFor(scenario, prompts) });
    }
  };

export const shapes: Shape[] = [
  { name: 'cached', scenario: 'one-account' },
  { name: 'live', scenario: 'one-account', input: { mode: 'live' } },
  {
    name: 'question-then-pending',
    scenario: 'question-then-pending',
    input: { polling: { interval: '1 second', deadline: '1 minute' } },
    meanwhile: answerRounds('question-then-pending', 1),
  },
  { name: 'two-rounds', scenario: 'two-rounds', input: { mode: 'live' }, meanwhile: answerRounds('two-rounds', 2) },
  { name: 'answer-timed-out', scenario: 'question', input: { mode: 'live', answerWithin: '1 second' } },
  { name: 'login-refused', scenario: 'disabled-login' },
  { name: 'login-outcome-unknown', scenario: 'reset-after-at-authorize', input: { mode: 'live' } },
  { name: 'authorize-retried', scenario: 'too-many-requests-at-authorize-once' },
  { name: 'summary-retried', scenario: 'aggregation-error-at-summary-always' },
  {
    name: 'poll-told-to-wait',
    scenario: 'retry-after-12-at-poll',
    input: { polling: { interval: '1 second', deadline: '30 seconds' } },
  },
  { name: 'summary-pending', scenario: 'summary-pending-1-poll', input: quickly },
  { name: 'pending-too-long', scenario: 'pending-for-ever', input: quickly },
  { name: 'detail-retried', scenario: 'too-many-requests-at-detail-once' },
  { name: 'detail-lost', scenario: 'reset-after-at-detail', input: quickly },
  { name: 'poll-failed', scenario: 'aggregation-error-at-poll-once', input: quickly },
  {
    name: 'session-lost',
    scenario: 'session-lost-in-2nd-poll',
    input: { polling: { interval: '1 second', deadline: '1 minute' } },
  },
  {
    name: 'cancelled-while-asked',
    scenario: 'question',
    input: { mode: 'live' },
    meanwhile: async (client, workflowId) => {
      await waitForRound(client, workflowId, 1);
      await client.cancel(workflowId);
    },
  },
  { name: 'without-search-attributes', scenario: 'one-account', withoutSearchAttributes: true },
  {
    name: 'encrypted',
    scenario: 'question-then-pending',
    input: { polling: { interval: '1 second', deadline: '1 minute' } },
    meanwhile: answerRounds('question-then-pending', 1),
    encrypted: true,
  },
];

/** The input of a shape: small data, so that its history is quick to read and to replay. */
export const inputOf = ({ scenario, input }: Shape, n: number): RetrieveAccountDetailsInput => ({
  login: { loginId: loginIdFor(scenario, n) },
  details: { withTransactions: false },
  ...input,
});
