import type { Endpoint } from './endpoints.js';
import type { Fault } from './faults.js';
import type { ScenarioEntry } from './scenario.js';
import { CITY } from './scenarios-sandbox.js';

const error = (status: number, code: string, message?: string): Fault => ({
  kind: 'status',
  status,
  code,
  ...(message !== undefined && { message }),
});
const at = (endpoint: Endpoint, fault: Fault, times?: 'always') => ({
  faults: [{ endpoint, fault, ...(times && { times }) }],
});
const pendingDetail = { detail: { code: 'OPERATION_PENDING', readyAtPoll: 2 } } as const;
const question = { rounds: [[CITY]], asksCached: true };

const METHOD_PLACES = [
  ['authorize', 'Authorize'],
  ['summary', 'GetAccountsSummary'],
  ['detail', 'GetAccountsDetail'],
] as const;

/** Codes whose meaning depends on where they come, and replies whose body says something else than their status. */
export const meaningScenarios: readonly ScenarioEntry[] = [
  {
    number: 500,
    name: 'invalid-login-400',
    description: 'Authorize: 400 INVALID_LOGIN, as one page has it.',
    ...at('Authorize', error(400, 'INVALID_LOGIN'), 'always'),
  },
  {
    number: 501,
    name: 'stale-password',
    description: 'Live Authorize: 401 INVALID_LOGIN, the stored password is stale; cached: 200.',
    faults: [{ endpoint: 'Authorize', live: true, times: 'always', fault: error(401, 'INVALID_LOGIN') }],
  },
  {
    number: 502,
    name: 'invalid-login-at-summary',
    description: 'Summary: 401 INVALID_LOGIN in an open session.',
    ...at('GetAccountsSummary', error(401, 'INVALID_LOGIN'), 'always'),
  },
  {
    number: 503,
    name: 'unauthorized-at-summary-always',
    description: 'Summary: 401 UNAUTHORIZED in every session.',
    ...at('GetAccountsSummary', error(401, 'UNAUTHORIZED'), 'always'),
  },
  {
    number: 504,
    name: 'unauthorized-at-detail',
    description: 'Detail: 401 UNAUTHORIZED in the first session; a new one works.',
    ...at('GetAccountsDetail', error(401, 'UNAUTHORIZED')),
  },
  {
    number: 505,
    name: 'unauthorized-at-poll',
    description: 'First poll: 401 UNAUTHORIZED in the first session; a new one works.',
    ...pendingDetail,
    ...at('GetAccountsDetailAsync', error(401, 'UNAUTHORIZED')),
  },
  {
    number: 506,
    name: 'unauthorized-once',
    description: 'Authorize: 401 UNAUTHORIZED in the words of a bank, once; a new token works.',
    ...at('Authorize', error(401, 'UNAUTHORIZED')),
  },
  {
    number: 507,
    name: 'unauthorized-without-message',
    description: 'Authorize: 401 UNAUTHORIZED with an empty message, for ever.',
    ...at('Authorize', error(401, 'UNAUTHORIZED', ''), 'always'),
  },
  {
    number: 508,
    name: 'already-authorized-at-answer',
    description: 'The answer opens the session and is answered 401 ALREADY_AUTHORIZED.',
    ...question,
    faults: [
      {
        endpoint: 'Authorize',
        answer: true,
        fault: { kind: 'status', status: 401, code: 'ALREADY_AUTHORIZED', processed: true },
      },
    ],
  },
  {
    number: 509,
    name: 'already-authorized-at-authorize',
    description: 'Authorize: 401 ALREADY_AUTHORIZED without a RequestId, for ever.',
    ...at('Authorize', error(401, 'ALREADY_AUTHORIZED'), 'always'),
  },
  ...METHOD_PLACES.map(([place, endpoint], index): ScenarioEntry => ({
    number: 510 + index,
    name: `method-not-available-at-${place}`,
    description: `${endpoint}: 400 METHOD_NOT_AVAILABLE, the instance lacks it.`,
    ...at(endpoint, error(400, 'METHOD_NOT_AVAILABLE'), 'always'),
  })),
  {
    number: 513,
    name: 'no-transaction',
    description: 'Detail: 400 NO_TRANSACTION with accounts that have none.',
    data: { accounts: 4, withoutTransactions: true },
    ...at(
      'GetAccountsDetail',
      { kind: 'altered', status: 400, fields: { HttpStatusCode: 400, FlinksCode: 'NO_TRANSACTION' } },
      'always',
    ),
  },
  {
    number: 514,
    name: 'no-transaction-without-accounts',
    description: 'Detail: 400 NO_TRANSACTION and no accounts.',
    ...at('GetAccountsDetail', error(400, 'NO_TRANSACTION'), 'always'),
  },
  {
    number: 520,
    name: 'status-200-body-401-at-authorize',
    description: 'Authorize: HTTP 200, in its body 401 DISABLED_LOGIN.',
    ...at(
      'Authorize',
      { kind: 'status', status: 200, body: { HttpStatusCode: 401, FlinksCode: 'DISABLED_LOGIN' } },
      'always',
    ),
  },
  {
    number: 521,
    name: 'status-200-body-203-at-authorize',
    description: 'Authorize: HTTP 200, in its body 203 with a question.',
    ...question,
    faults: [{ endpoint: 'Authorize', answer: false, times: 'always', fault: { kind: 'altered', status: 200 } }],
  },
  {
    number: 522,
    name: 'status-200-body-500-at-detail',
    description: 'First detail: HTTP 200, in its body 500 AGGREGATION_ERROR.',
    ...at('GetAccountsDetail', {
      kind: 'status',
      status: 200,
      body: { HttpStatusCode: 500, FlinksCode: 'AGGREGATION_ERROR' },
    }),
  },
  {
    number: 523,
    name: 'status-200-body-202-at-detail',
    description: 'Detail and its first poll: HTTP 200, in the body 202 OPERATION_PENDING.',
    ...pendingDetail,
    faults: (['GetAccountsDetail', 'GetAccountsDetailAsync'] as const).map((endpoint) => ({
      endpoint,
      fault: { kind: 'altered', status: 200 },
    })),
  },
  {
    number: 524,
    name: 'status-202-body-200-at-detail',
    description: 'Detail: HTTP 202 with all the data and 200 in its body; the poll: 200.',
    ...at('GetAccountsDetail', { kind: 'altered', status: 202 }),
  },
];
