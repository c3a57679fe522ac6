import type { Fault } from './faults.js';
import type { ScenarioEntry } from './scenario.js';
import { CITY } from './scenarios-sandbox.js';

/** Fits no session and no login of the simulator. */
const ANOTHER = '99999999-9999-4999-8999-999999999999';
const ACCOUNTS = [{ Id: ANOTHER, Title: 'Another customer’s account' }];

const limited = (retryAfter: string): Fault => ({
  kind: 'status',
  status: 429,
  code: 'TOO_MANY_REQUESTS',
  headers: { 'retry-after': retryAfter },
});
const pendingDetail = { detail: { code: 'OPERATION_PENDING', readyAtPoll: 2 } } as const;

/** Replies that are easy to misread. */
export const replyScenarios: readonly ScenarioEntry[] = [
  {
    number: 160,
    name: 'question-behind-an-error',
    description: 'Cached Authorize: 401 INVALID_SECURITY_RESPONSE with a RequestId and an open question.',
    rounds: [[CITY]],
    asksCached: true,
    faults: [
      {
        endpoint: 'Authorize',
        answer: false,
        fault: {
          kind: 'status',
          status: 401,
          processed: true,
          body: {
            HttpStatusCode: 401,
            FlinksCode: 'INVALID_SECURITY_RESPONSE',
            SecurityChallenges: [{ Type: CITY.type, Prompt: CITY.prompt }],
          },
        },
      },
    ],
  },
  {
    number: 161,
    name: 'unauthorized-at-summary',
    description: 'Summary: 401 UNAUTHORIZED in the first session; a new one works.',
    faults: [{ endpoint: 'GetAccountsSummary', fault: { kind: 'status', status: 401, code: 'UNAUTHORIZED' } }],
  },
  {
    number: 162,
    name: 'another-session-at-detail',
    description: 'Detail: 200 with the accounts of another session.',
    faults: [
      {
        endpoint: 'GetAccountsDetail',
        times: 'always',
        fault: {
          kind: 'status',
          status: 200,
          body: { HttpStatusCode: 200, RequestId: ANOTHER, Accounts: ACCOUNTS },
        },
      },
    ],
  },
  {
    number: 163,
    name: 'another-login-at-authorize',
    description: 'Authorize: 200 with a session of another login.',
    faults: [
      {
        endpoint: 'Authorize',
        times: 'always',
        fault: {
          kind: 'status',
          status: 200,
          processed: true,
          body: { HttpStatusCode: 200, Login: { Id: ANOTHER } },
        },
      },
    ],
  },
  {
    number: 164,
    name: 'retry-after-12-at-poll',
    description: 'First poll: 429 TOO_MANY_REQUESTS with Retry-After: 12.',
    ...pendingDetail,
    faults: [{ endpoint: 'GetAccountsDetailAsync', fault: limited('12') }],
  },
  {
    number: 165,
    name: 'retry-after-a-day-at-poll',
    description: 'First poll: 429 TOO_MANY_REQUESTS with Retry-After: 85092.',
    ...pendingDetail,
    faults: [{ endpoint: 'GetAccountsDetailAsync', fault: limited('85092') }],
  },
  {
    number: 166,
    name: 'retry-after-a-day-at-summary',
    description: 'Summary: 429 TOO_MANY_REQUESTS with Retry-After: 85092.',
    faults: [{ endpoint: 'GetAccountsSummary', fault: limited('85092') }],
  },
  {
    number: 167,
    name: 'pending-with-retry-after',
    description: 'First poll: 202 OPERATION_PENDING with Retry-After: 12.',
    ...pendingDetail,
    faults: [
      {
        endpoint: 'GetAccountsDetailAsync',
        fault: { kind: 'status', status: 202, code: 'OPERATION_PENDING', headers: { 'retry-after': '12' } },
      },
    ],
  },
];
