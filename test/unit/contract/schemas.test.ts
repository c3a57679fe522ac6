import { readdir } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { publishedSchemas, schemaFolder, schemaText } from '../../../dev/schemas.js';
import {
  answersSchema,
  answerOutcomeSchema,
  inputSchema,
  progressSchema,
  resultSchema,
} from '../../../src/contract.js';
import { commands } from '../../../src/starter.js';
import { checkDocuments, commandOf, published, validator } from '../../support/documents.js';

test('the published schemas are those of the code: npm run schemas writes them again', async () => {
  const schemas = publishedSchemas();
  expect((await readdir(schemaFolder)).toSorted()).toEqual(Object.keys(schemas).toSorted());
  for (const [file, schema] of Object.entries(schemas))
    expect(readFileSync(`${schemaFolder}${file}`, 'utf8')).toBe(await schemaText(file, schema));
});

const login = { loginId: '5C000010-0000-4000-8000-00000000000a' };
const credentials = { institution: 'FlinksCapital', username: 'amelie', password: 'Zebra-8d' };
const progress = { stage: 'awaitingAnswers', round: 1, polls: 0, rejectedAnswers: 0 };
const result = {
  requestId: 'r',
  summary: [],
  accounts: [{ transactions: null, kycInfo: {} }],
  freshness: { cached: true, complete: true },
  polls: 0,
  challengeRounds: 0,
};

interface Examples {
  file: string;
  schema: z.ZodType;
  fits: unknown[];
  refused: unknown[];
}

const examples: Examples[] = [
  {
    file: 'input.schema.json',
    schema: inputSchema,
    fits: [
      { login },
      { login: credentials },
      { login: credentials, mode: 'live', onSessionLost: 'cached' },
      { login: credentials, save: false, onSessionLost: 'live' },
      { login, mode: 'cached', onSessionLost: 'cached', save: false },
      { login, details: {}, polling: {} },
      // As Go, Java, .NET and Python write what nobody has set.
      { login: { ...login, institution: null, username: null, password: null } },
      { login: { ...login, institution: null, username: null, password: null }, mode: 'cached' },
      { login: { ...login, password: null }, save: false, onSessionLost: 'cached' },
      { login: { ...credentials, loginId: null }, mode: 'live' },
      {
        login,
        mode: null,
        onSessionLost: null,
        language: null,
        save: null,
        details: null,
        polling: null,
        answerWithin: null,
        maxChallengeRounds: null,
        tag: null,
      },
      {
        login,
        details: {
          withTransactions: null,
          daysOfTransactions: null,
          withAccountIdentity: null,
          withKyc: null,
          accountsFilter: null,
        },
        polling: { interval: null, deadline: null },
      },
      {
        login,
        mode: 'live',
        onSessionLost: 'fail',
        language: 'fr',
        details: { withTransactions: false, daysOfTransactions: 'Days365', accountsFilter: [login.loginId] },
        polling: { interval: '22 Seconds', deadline: '24h' },
        answerWithin: '420000',
        maxChallengeRounds: 10,
        tag: '',
      },
      ...['1.5 minutes', '.5 hrs', '5M', '60 SECS', '90000 milliseconds', '0.01 weeks'].map((answerWithin) => ({
        login,
        answerWithin,
      })),
    ],
    refused: [
      null,
      [],
      'text',
      {},
      { login: null },
      { login: {} },
      { login: { loginId: null } },
      { login: { loginId: null, institution: null, username: null, password: null } },
      { login: { ...login, username: null, password: 'Zebra-8d' } },
      { login: { ...credentials, password: null } },
      { login: { ...credentials, loginId: null }, mode: 'cached' },
      { login: { ...login, pin: null } },
      { login, colour: null },
      { login, details: { accountsFilter: [null] } },
      { login: { loginId: 'no guid' } },
      { login: { loginId: `{${login.loginId}}` } },
      { login: { ...login, ...credentials } },
      { login: { ...login, pin: '1' } },
      { login: { institution: 'FlinksCapital', username: 'amelie' } },
      { login: { ...credentials, password: '' } },
      { login: { ...credentials, institution: 'x'.repeat(101) } },
      { login: credentials, mode: 'cached' },
      { login: credentials, save: false, onSessionLost: 'cached' },
      { login, mode: 'Live' },
      { login, language: 'de' },
      { login, save: 'true' },
      { login, details: { daysOfTransactions: 'Days360' } },
      { login, details: { withKYC: true } },
      { login, details: { accountsFilter: [] } },
      { login, details: { accountsFilter: ['no guid'] } },
      { login, polling: { every: '30 seconds' } },
      { login, maxChallengeRounds: 0 },
      { login, maxChallengeRounds: 11 },
      { login, maxChallengeRounds: 1.5 },
      { login, tag: 'x'.repeat(201) },
      { login, colour: 'green' },
      ...['soon', '', ' 7 minutes', '7 minutes ', '5.', '7 moments', '-7 minutes', `7${' '.repeat(100)}m`].map(
        (answerWithin) => ({ login, answerWithin }),
      ),
      { login, answerWithin: 420 },
    ],
  },
  {
    file: 'answers.schema.json',
    schema: answersSchema,
    fits: [
      { answers: {} },
      { answers: { 'What city were you born in?': 'Montreal' } },
      { round: 1, requestId: 'r', answerId: 'a'.repeat(64), answers: { one: ['a', 'b'], two: [] } },
      { round: null, requestId: null, answerId: null, answers: { one: 'a' } },
    ],
    refused: [
      {},
      { answers: null },
      { answers: [] },
      { answers: 'Montreal' },
      { answers: { one: 7 } },
      { answers: { one: [7] } },
      { answers: { one: null } },
      { answers: {}, round: '1' },
      { answers: {}, round: 1.5 },
      { answers: {}, answerId: '' },
      { answers: {}, answerId: 'a'.repeat(65) },
      { answers: {}, prompt: 'x' },
    ],
  },
  {
    file: 'answer-outcome.schema.json',
    schema: answerOutcomeSchema,
    fits: [{ accepted: true, round: 1 }],
    refused: [{}, { accepted: false, round: 1 }, { accepted: true }],
  },
  {
    file: 'progress.schema.json',
    schema: progressSchema,
    fits: [
      progress,
      {
        ...progress,
        institution: 'FlinksCapital',
        requestId: 'r',
        challenges: [{ prompt: 'Which?', type: 'MultipleChoice', choices: ['a'] }],
        deadline: '2026-11-23T10:00:00.000Z',
        nextPollAt: '2026-11-23T10:00:00.000Z',
        lastFlinksCode: 'OPERATION_PENDING',
        retry: { attempt: 2, of: 5, at: '2026-11-23T10:00:00.000Z' },
        lastRejection: 'RoundOver',
        addedLater: true,
      },
    ],
    refused: [
      {},
      { ...progress, stage: 'dreaming' },
      { ...progress, polls: '1' },
      { ...progress, deadline: 'tomorrow' },
      { ...progress, deadline: null },
      { ...progress, lastRejection: 'Impolite' },
      { ...progress, challenges: [{ prompt: 'Which?' }] },
    ],
  },
  {
    file: 'result.schema.json',
    schema: resultSchema,
    fits: [result, { ...result, login: { id: '1' }, freshness: { ...result.freshness, lastRefresh: '2026-11-23' } }],
    refused: [
      {},
      { ...result, accounts: [null] },
      { ...result, freshness: { cached: true } },
      { ...result, polls: '0' },
      { ...result, summary: {} },
    ],
  },
];

describe.each(examples)('$file', ({ file, schema, fits, refused }) => {
  const isValid = validator(published(file));

  test.each(fits.map((value) => [JSON.stringify(value), value] as const))('takes %s', (_text, value) => {
    expect({ zod: schema.safeParse(value).success, published: isValid(value) }).toEqual({ zod: true, published: true });
  });

  test.each(refused.map((value) => [JSON.stringify(value), value] as const))('refuses %s', (_text, value) => {
    expect({ zod: schema.safeParse(value).success, published: isValid(value) }).toEqual({
      zod: false,
      published: false,
    });
  });
});

test.each(Object.entries((published('cli.schema.json') as { $defs: Record<string, object> }).$defs))(
  'any validator takes the schema of the command line for %s',
  (_name, schema) => {
    expect(() => validator(schema)).not.toThrow();
  },
);

test.each([
  { answerWithin: '25 hours' },
  { answerWithin: '0 seconds' },
  { polling: { interval: '999 ms' } },
  { polling: { interval: '30 seconds', deadline: '29 seconds' } },
])('a schema cannot tell how long a duration is, so only a run refuses %o', (more) => {
  expect(inputSchema.safeParse({ login, ...more }).success).toBe(false);
  expect(validator(published('input.schema.json'))({ login, ...more })).toBe(true);
});

/** Every command that has `--json`, by its words. */
const withJson = (command: Command, words: string[] = []): string[] => [
  ...(command.options.some(({ long }) => long === '--json') ? [words.join(' ')] : []),
  ...command.commands.flatMap((inner) => withJson(inner, [...words, inner.name()])),
];

test('every command with --json has a published schema', () => {
  const names = withJson(commands(() => undefined));
  expect(names).toContain('keys new');
  for (const name of names) expect(commandOf(name.split(' ')), `${name} in src/cli/documents.ts`).toBe(name);
});

describe('the check of what commands print', () => {
  const started = { workflowId: 'w', runId: 'r', started: true };
  const printed = (exit: number, ...documents: object[]) => ({
    exit,
    stdout: documents.map((one) => `${JSON.stringify(one)}\n`).join(''),
  });
  const refusal = { error: { code: 'NoSuchRun', message: 'There is no run w.' } };

  test.each([
    [['start', '--json'], printed(0, started)],
    [['start', '--wait', '--json'], printed(0, { ...started, result })],
    [['start', '--wait', '--json'], printed(1, refusal)],
    [['begin', '--json'], printed(2, { error: { code: 'Usage', message: 'unknown command' } })],
    [['start'], { exit: 0, stdout: 'started w\n' }],
  ])('lets %o print %o', (args, ran) => {
    expect(() => checkDocuments(args, ran)).not.toThrow();
  });

  test.each([
    ['nothing', ['start', '--json'], printed(0)],
    ['two documents', ['start', '--json'], printed(0, started, started)],
    ['words', ['start', '--json'], { exit: 0, stdout: 'started\n' }],
    ['half a line', ['start', '--json'], { exit: 0, stdout: JSON.stringify(started) }],
    ['a field of the wrong type', ['start', '--json'], printed(0, { ...started, runId: 7 })],
    ['a field that is not published', ['start', '--json'], printed(0, { ...started, colour: 'green' })],
    ['no result after --wait', ['start', '--wait', '--json'], printed(0, started)],
    ['an error and exit code 0', ['start', '--json'], printed(0, refusal)],
    ['an error of an unknown code', ['start', '--json'], printed(1, { error: { code: 'Oops', message: 'x' } })],
    ['more after an error', ['watch', '--json'], printed(1, refusal, { ...started })],
    ['a document of an unknown command', ['begin', '--json'], printed(0, started)],
  ])('refuses %s', (_what, args, ran) => {
    expect(() => checkDocuments(args, ran)).toThrow(/starter|JSON/);
  });
});
