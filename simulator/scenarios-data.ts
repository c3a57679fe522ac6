import type { Charset } from './faults.js';
import type { ScenarioEntry } from './scenario.js';

const CHARSETS: readonly [name: string, charset: Charset, what: string][] = [
  ['latin-1-at-detail', 'iso-8859-1', 'ISO-8859-1'],
  ['utf-16-at-detail', 'utf-16le', 'UTF-16'],
  ['byte-order-mark-at-detail', 'utf-8-bom', 'UTF-8 with a byte order mark'],
];

/** Data that are easy to read wrongly. */
export const dataScenarios: readonly ScenarioEntry[] = [
  {
    number: 560,
    name: 'large-numbers',
    description: 'Figures and reference numbers with more digits than a double holds.',
    data: { accounts: 4, largeNumbers: true },
  },
  ...CHARSETS.map(([name, charset, what], index): ScenarioEntry => ({
    number: 561 + index,
    name,
    description: `Every detail is written in ${what}, and says so.`,
    faults: [{ endpoint: 'GetAccountsDetail', times: 'always', fault: { kind: 'other-charset', charset } }],
  })),
  {
    number: 564,
    name: 'never-refreshed',
    description: 'LastRefresh is 0001-01-01T00:00:00 until the first live login.',
    neverRefreshed: true,
  },
  {
    number: 565,
    name: 'one-word-prompt',
    description: 'A prompt of one word; then 202 from Detail, data with the 2nd poll.',
    rounds: [[{ type: 'QuestionAndAnswer', prompt: 'Code', answer: ['123456'] }]],
    detail: { code: 'OPERATION_PENDING', readyAtPoll: 2 },
  },
  {
    number: 566,
    name: 'statements-pending',
    description: 'GetStatements: 202, data with the 2nd poll.',
    statements: { code: 'OPERATION_PENDING', readyAtPoll: 2 },
  },
  {
    number: 567,
    name: 'every-field',
    description: 'Every field that Flinks has published is there, and no one is null.',
    data: { accounts: 4, filled: true },
  },
];
