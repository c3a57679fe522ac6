import type { Fault, FaultRule } from './faults.js';
import type { ScenarioEntry } from './scenario.js';
import { CITY } from './scenarios-sandbox.js';

type Place = Omit<FaultRule, 'fault'>;

const question = { rounds: [[CITY]], asksCached: true };
const html = (title: string): string => `<!DOCTYPE html>\n<html><head><title>${title}</title></head></html>\n`;

const PLACES: readonly [name: string, place: Place, more: Partial<ScenarioEntry>][] = [
  ['authorize', { endpoint: 'Authorize', answer: false }, {}],
  ['answer', { endpoint: 'Authorize', answer: true }, question],
  ['summary', { endpoint: 'GetAccountsSummary' }, {}],
  ['detail', { endpoint: 'GetAccountsDetail' }, {}],
  ['poll', { endpoint: 'GetAccountsDetailAsync' }, { detail: { code: 'OPERATION_PENDING', readyAtPoll: 2 } }],
];

// Numbers follow from positions: add at the end only.
const PASSING: readonly [name: string, what: string, fault: Fault][] = [
  ['500', '500 without a body', { kind: 'status', status: 500 }],
  ['502-html', '502 with a page of HTML', { kind: 'status', status: 502, html: html('502 Bad Gateway') }],
  ['503', '503 without a body', { kind: 'status', status: 503 }],
  ['reset-before', 'the connection is reset before the request is processed', { kind: 'reset-before' }],
  ['reset-after', 'the connection is reset after the request was processed', { kind: 'reset-after' }],
  ['reset-in-body', 'the connection is reset in the middle of the body', { kind: 'reset-in-body' }],
  [
    'slow-first-byte',
    'processed at once, but the first byte comes after 3 s',
    { kind: 'slow-first-byte', delayMs: 3_000 },
  ],
  ['stall-in-body', 'half of the body comes, the rest never', { kind: 'stall-in-body' }],
];

const LASTING: readonly [name: string, what: string, fault: Fault][] = [
  ['html-404', '404 with a page of HTML', { kind: 'status', status: 404, html: html('404 Not Found') }],
  ['html-200', '200 with a page of HTML', { kind: 'status', status: 200, html: html('Welcome') }],
  ['empty-200', '200 with an empty body', { kind: 'empty' }],
  ['truncated', '200 with half of the JSON', { kind: 'truncated' }],
  [
    'wrong-shape',
    '200 with JSON of another shape',
    { kind: 'status', status: 200, body: { Accounts: 'none', Login: 7 } },
  ],
  ['huge', 'a body of 50 MB', { kind: 'huge', bytes: 50e6 }],
  ['gzip-bomb', 'a gzip body that inflates to 50 MB', { kind: 'gzip-bomb', bytes: 50e6 }],
  ['503-always', '503 without a body, for ever', { kind: 'status', status: 503 }],
  ['redirect', '302 to another host', { kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:9/' } }],
];

const passing = PASSING.flatMap(([name, what, fault], row) =>
  PLACES.map(([where, place, more], column): ScenarioEntry => ({
    ...more,
    number: 300 + row * PLACES.length + column,
    name: `${name}-at-${where}`,
    description: `First ${where}: ${what}.`,
    faults: [{ ...place, fault }],
  })),
);

const lasting = LASTING.flatMap(([name, what, fault], row) =>
  PLACES.filter(([where]) => where === 'authorize' || where === 'detail').map(
    ([where, place], column): ScenarioEntry => ({
      number: 400 + row * 2 + column,
      name: `${name}-at-${where}`,
      description: `Every ${where}: ${what}.`,
      faults: [{ ...place, times: 'always', fault }],
    }),
  ),
);

/** What networks and gateways do. */
export const transportScenarios: readonly ScenarioEntry[] = [
  ...passing,
  ...lasting,
  {
    number: 450,
    name: 'challenge-at-detail',
    description: 'Every detail: 203 with a challenge.',
    faults: [
      {
        endpoint: 'GetAccountsDetail',
        times: 'always',
        fault: {
          kind: 'status',
          status: 203,
          body: { HttpStatusCode: 203, SecurityChallenges: [{ Type: 'QuestionAndAnswer', Prompt: CITY.prompt }] },
        },
      },
    ],
  },
];
