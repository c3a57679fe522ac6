import type { Endpoint } from './endpoints.js';
import type { Fault, FaultRule } from './faults.js';
import type { ScenarioEntry } from './scenario.js';

const kebab = (code: string): string => code.toLowerCase().replaceAll('_', '-');
const error = (status: number, code: string): Fault => ({ kind: 'status', status, code });
const pendingDetail = { detail: { code: 'OPERATION_PENDING', readyAtPoll: 2 } } as const;

const TOKEN_REFUSED: Fault = {
  kind: 'status',
  status: 401,
  code: 'UNAUTHORIZED',
  message: 'A valid authorize token is needed in flinks-auth-key.',
};
const TOO_MANY: Fault = { kind: 'status', status: 429, code: 'TOO_MANY_REQUESTS', headers: { 'retry-after': '2' } };

// Numbers follow from positions: add at the end only.
const FINAL = [
  [401, 'INVALID_LOGIN', 'the login is unknown or its stored password is stale'],
  [401, 'INVALID_USERNAME', 'the bank refuses the username'],
  [401, 'INVALID_PASSWORD', 'the bank refuses the password'],
  [400, 'INVALID_REQUEST', 'the body is malformed'],
  [401, 'ACCESS_DENIED', 'the keys are refused'],
  [401, 'UNAUTHORIZED', 'the bank refuses and may have frozen the card'],
  [401, 'INVALID_SECURITY_RESPONSE', 'the answer was wrong'],
  [401, 'INVALID_SECURITY_RESPONSE_NO_RETRY', 'the answer was wrong, no other chance'],
  [401, 'UNKNOWN_CHALLENGE_KEY', 'an answer to another prompt'],
  [401, 'SECURITYRESPONSES_INCOMPLETE', 'a prompt was not answered'],
  [401, 'QUESTION_NOT_FOUND', 'no stored answer, and no RequestId'],
  [401, 'DISABLED_LOGIN', 'the bank disabled the login'],
  [401, 'NEW_ACCOUNT', 'the customer must act at the bank'],
  [400, 'SESSION_NONEXISTENT', 'the session is unknown'],
  [401, 'SESSION_EXPIRED', 'the session has expired'],
  [401, 'BRAND_NEW_CODE', 'a code that no document names'],
] as const;

const TRANSIENT = [
  [401, 'RETRY_LATER'],
  [401, 'TOO_MANY_REQUESTS'],
  [500, 'AGGREGATION_ERROR'],
  [405, 'DISABLED_INSTITUTION'],
  [400, 'CARD_IN_USE'],
  [401, 'CONCURRENT_SESSION'],
  [401, 'BANK_MAINTENANCE_RETRY_LATER'],
] as const;

const PLACES: readonly [place: string, endpoint: Endpoint, more: Partial<ScenarioEntry>][] = [
  ['authorize', 'Authorize', {}],
  ['summary', 'GetAccountsSummary', {}],
  ['detail', 'GetAccountsDetail', {}],
  ['poll', 'GetAccountsDetailAsync', pendingDetail],
];

const refusals = FINAL.map(([status, code, why], index): ScenarioEntry => ({
  number: 100 + index,
  name: kebab(code),
  description: `Authorize: ${status} ${code}, ${why}.`,
  faults: [{ endpoint: 'Authorize', times: 'always', fault: error(status, code) }],
}));

const transients = TRANSIENT.flatMap(([status, code], row) =>
  PLACES.flatMap(([place, endpoint, more], column): ScenarioEntry[] => {
    const number = 200 + row * 8 + column * 2;
    const name = `${kebab(code)}-at-${place}`;
    const rule: FaultRule = { endpoint, fault: error(status, code) };
    const description = `${endpoint}: ${status} ${code}`;
    return [
      { ...more, number, name: `${name}-once`, description: `${description} once.`, faults: [rule] },
      {
        ...more,
        number: number + 1,
        name: `${name}-always`,
        description: `${description} for ever.`,
        faults: [{ ...rule, times: 'always' }],
      },
    ];
  }),
);

const cachedErrors = ['QUESTION_NOT_FOUND', 'INVALID_SECURITY_RESPONSE', 'RETRY_LATER', 'DISABLED_LOGIN'].map(
  (code, index): ScenarioEntry => ({
    number: 120 + index,
    name: `cached-${kebab(code)}`,
    description: `Cached Authorize: 401 ${code} with a RequestId that works; live: 200.`,
    faults: [
      {
        endpoint: 'Authorize',
        live: false,
        answer: false,
        times: 'always',
        fault: { kind: 'status', status: 401, code, processed: true },
      },
    ],
  }),
);

const pendingAuthorize = ['OPERATION_PENDING', 'OPERATION_DISPATCHED'].map((code, index): ScenarioEntry => ({
  number: 130 + index,
  name: `authorize-${kebab(code)}`,
  description: `Authorize: 202 ${code} with a RequestId that works.`,
  faults: [{ endpoint: 'Authorize', times: 'always', fault: { kind: 'status', status: 202, code, processed: true } }],
}));

/** Every error code of Flinks, where and as often as it may come. */
export const errorScenarios: readonly ScenarioEntry[] = [
  ...refusals,
  ...cachedErrors,
  ...pendingAuthorize,
  {
    number: 140,
    name: 'token-refused-once',
    description: 'Authorize: 401 UNAUTHORIZED that names the token, once; a new token works.',
    faults: [{ endpoint: 'Authorize', fault: TOKEN_REFUSED }],
  },
  {
    number: 141,
    name: 'token-refused-always',
    description: 'Authorize: 401 UNAUTHORIZED that names the token, for ever.',
    faults: [{ endpoint: 'Authorize', times: 'always', fault: TOKEN_REFUSED }],
  },
  ...transients,
  ...PLACES.map(([place, endpoint, more], index): ScenarioEntry => ({
    ...more,
    number: 150 + index,
    name: `retry-after-at-${place}`,
    description: `${endpoint}: 429 TOO_MANY_REQUESTS with Retry-After: 2, once.`,
    faults: [{ endpoint, fault: TOO_MANY }],
  })),
];
