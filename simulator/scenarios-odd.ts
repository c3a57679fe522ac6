import type { Endpoint } from './endpoints.js';
import type { Fault } from './faults.js';
import type { ScenarioEntry } from './scenario.js';

const html = (title: string): string => `<!DOCTYPE html>\n<html><head><title>${title}</title></head></html>\n`;
const SIGN_IN: Fault = { kind: 'status', status: 200, html: html('Sign in') };

const PLACES: readonly [place: string, endpoint: Endpoint, more: Partial<ScenarioEntry>][] = [
  ['summary', 'GetAccountsSummary', {}],
  ['detail', 'GetAccountsDetail', {}],
  ['poll', 'GetAccountsDetailAsync', { detail: { code: 'OPERATION_PENDING', readyAtPoll: 2 } }],
];

// Numbers follow from positions: add at the end only.
const ODD: readonly [name: string, what: string, fault: Fault][] = [
  ['html-404-once', '404 with a page of HTML', { kind: 'status', status: 404, html: html('404 Not Found') }],
  ['html-403-once', '403 with a page of HTML', { kind: 'status', status: 403, html: html('403 Forbidden') }],
  ['sign-in-page-once', '200 with a page to sign in', SIGN_IN],
  ['empty-200-once', '200 with an empty body', { kind: 'empty' }],
  [
    'gateway-json-once',
    '200 with the JSON of a gateway',
    { kind: 'status', status: 200, body: { message: 'Please try again.' } },
  ],
  [
    'redirect-once',
    '302 to another host',
    { kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:9/' } },
  ],
];

const once = ODD.flatMap(([name, what, fault], row) =>
  PLACES.map(([place, endpoint, more], column): ScenarioEntry => ({
    ...more,
    number: 530 + row * PLACES.length + column,
    name: `${name}-at-${place}`,
    description: `First ${place} of a session that works: ${what}.`,
    faults: [{ endpoint, fault }],
  })),
);

/** Replies that are not Flinks' own, in a session that has worked and at DeleteCard. */
export const oddScenarios: readonly ScenarioEntry[] = [
  ...once,
  {
    number: 550,
    name: 'retry-after-12-at-summary',
    description: 'First summary: 429 TOO_MANY_REQUESTS with Retry-After: 12.',
    faults: [
      {
        endpoint: 'GetAccountsSummary',
        fault: { kind: 'status', status: 429, code: 'TOO_MANY_REQUESTS', headers: { 'retry-after': '12' } },
      },
    ],
  },
  {
    number: 551,
    name: 'retry-after-of-a-gateway-at-poll',
    description: 'First poll: 503 of a gateway with Retry-After: 12.',
    detail: { code: 'OPERATION_PENDING', readyAtPoll: 2 },
    faults: [
      {
        endpoint: 'GetAccountsDetailAsync',
        fault: { kind: 'status', status: 503, html: html('Busy'), headers: { 'retry-after': '12' } },
      },
    ],
  },
  {
    number: 552,
    name: 'delete-card-sign-in-page',
    description: 'DeleteCard: 200 with a page to sign in, and nothing is deleted.',
    faults: [{ endpoint: 'DeleteCard', times: 'always', fault: SIGN_IN }],
  },
  {
    number: 553,
    name: 'delete-card-in-use-once',
    description: 'DeleteCard: 400 CARD_IN_USE once.',
    faults: [{ endpoint: 'DeleteCard', fault: { kind: 'status', status: 400, code: 'CARD_IN_USE' } }],
  },
];
