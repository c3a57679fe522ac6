import type { Challenge } from './challenges.js';
import type { ScenarioEntry } from './scenario.js';

const question = (prompt: string, french: string, answer: string): Challenge => ({
  type: 'QuestionAndAnswer',
  prompt,
  french,
  answer: [answer],
});

export const CITY = question('What city were you born in?', 'Dans quelle ville êtes-vous né(e) ?', 'Montreal');
export const COUNTRY = question('What is the best country on earth?', 'Quel est le meilleur pays au monde ?', 'Canada');
export const SHAPE = question('What shape do people like most?', 'Quelle forme les gens préfèrent-ils ?', 'Triangle');

const oneQuestion = { rounds: [[CITY, COUNTRY, SHAPE]], askOne: true };

/** The users that Flinks documents for its own sandbox, and plain logins with every kind of data. */
export const sandboxScenarios: readonly ScenarioEntry[] = [
  {
    number: 1,
    name: 'greatday',
    username: 'Greatday',
    description: 'One of three questions, then 200.',
    ...oneQuestion,
  },
  { number: 2, name: 'greatday_nomfa', description: 'No question, 200.' },
  {
    number: 3,
    name: 'test_disabled_account',
    description: 'Authorize: 401 DISABLED_LOGIN.',
    faults: [
      { endpoint: 'Authorize', times: 'always', fault: { kind: 'status', status: 401, code: 'DISABLED_LOGIN' } },
    ],
  },
  {
    number: 4,
    name: 'test_service_unavailable',
    description: 'Authorize: 401 RETRY_LATER.',
    faults: [{ endpoint: 'Authorize', times: 'always', fault: { kind: 'status', status: 401, code: 'RETRY_LATER' } }],
  },
  {
    number: 5,
    name: 'test_dispatched',
    description: 'One of three questions; Detail: 202 OPERATION_DISPATCHED for ever.',
    ...oneQuestion,
    detail: { code: 'OPERATION_DISPATCHED', readyAtPoll: 'never' },
  },
  {
    number: 6,
    name: 'test_pending',
    description: 'One of three questions; Detail: 202 OPERATION_PENDING for ever.',
    ...oneQuestion,
    detail: { code: 'OPERATION_PENDING', readyAtPoll: 'never' },
  },
  { number: 10, name: 'plain', description: 'No question, no wait: four accounts.' },
  { number: 11, name: 'one-account', description: 'One account.', data: { accounts: 1 } },
  { number: 12, name: 'twenty-accounts', description: 'Twenty accounts.', data: { accounts: 20 } },
  { number: 13, name: 'no-accounts', description: 'An empty list of accounts.', data: { accounts: 0 } },
  {
    number: 14,
    name: 'zero-transactions',
    description: 'Accounts without a single transaction, as on a freshly linked login.',
    data: { accounts: 4, withoutTransactions: true },
  },
  {
    number: 15,
    name: 'sparse-data',
    description: 'Every field that may be null is null; no Type in the summary.',
    data: { accounts: 9, sparse: true },
  },
  {
    number: 16,
    name: 'save-false',
    description: 'No Login in any reply, as when nothing is saved.',
    withoutLogin: true,
  },
  { number: 17, name: 'large-1-mb', description: 'Account details of 1 MB.', data: { accounts: 6, bytes: 1e6 } },
  { number: 18, name: 'large-3-mb', description: 'Account details of 3 MB.', data: { accounts: 6, bytes: 3e6 } },
  { number: 19, name: 'large-20-mb', description: 'Account details of 20 MB.', data: { accounts: 6, bytes: 20e6 } },
  { number: 20, name: 'usual-50-kb', description: 'Account details of 50 kB.', data: { accounts: 4, bytes: 5e4 } },
];
