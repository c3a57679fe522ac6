// The page of every variable of every program: `npm run variables` writes docs/variables.md from the code.
import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { codecServerVariables, loadCodecServerConfig } from '../src/codec-server/main.js';
import { loadWorkerConfig, workerVariables } from '../src/config.js';
import { ConfigurationError, type Environment } from '../src/config/environment.js';
import { isMainModule } from '../src/process/main-module.js';
import { loadPayloadConfig, payloadVariables } from '../src/temporal/payloads.js';
import { openPayloadStore, storageVariables } from '../src/temporal/storage/storage.js';
import { loadTemporalConfig } from '../src/temporal/connection.js';
import { temporalVariables, otherVariables, type Listed } from './variables-of-others.js';

/** Where the page is published. */
export const variablesPage = 'docs/variables.md';

interface Row {
  name: string;
  secret: boolean;
  byDefault: string;
  must: string;
  says: string;
}

interface Section {
  title: string;
  readBy: string;
  rows: Row[];
}

type Load = (environment: Environment) => unknown;

/** What is said of this variable when a program reads this environment; undefined if nothing is wrong with it. */
function problemOf(name: string, load: Load, environment: Environment): string | undefined {
  try {
    load(environment);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.find(({ variable }) => variable === name)?.problem;
  }
}

const isSecret = (name: string, load: Load): boolean =>
  problemOf(`${name}_FILE`, load, { [`${name}_FILE`]: '/no/such/file' }) !== undefined;

/** Values that hardly any variable takes: no word, too large a number, too long a text. */
const misfits = ['\u0001', '99999999999999999', 'x'.repeat(1_000)];

/** What a value must be, in the words in which a program refuses another one. */
function mustBe(name: string, load: Load): string {
  const refusals = misfits.map((value) => problemOf(name, load, { [name]: value })?.replace(/^must be /, ''));
  return [...new Set(refusals.filter((text) => text !== undefined))].join(', ');
}

function shown(value: unknown, must: string): string {
  if (Array.isArray(value) || value === '') return '';
  const isDuration = typeof value === 'number' && must.includes('duration');
  if (!isDuration) return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
  return value % 60_000 === 0 ? `${value / 60_000} min` : `${value / 1_000} s`;
}

function rowsOf(schema: z.ZodType, load: Load): Row[] {
  const inner = schema instanceof z.ZodPipe ? schema.in : schema;
  if (!(inner instanceof z.ZodObject)) throw new Error('Variables are described by an object schema.');
  return Object.entries(inner.shape as Record<string, z.ZodType>).map(([name, field]) => {
    const { description = '', byDefault } = (field.meta() ?? {}) as { description?: string; byDefault?: string };
    const must = mustBe(name, load);
    const missing = problemOf(name, load, {});
    const standard = field instanceof z.ZodDefault ? shown(field.def.defaultValue, must) : '';
    return {
      name,
      secret: isSecret(name, load),
      byDefault: byDefault ?? (missing === undefined ? standard : '**needed**'),
      must,
      says: description,
    };
  });
}

const listed = (variables: Listed): Row[] =>
  Object.entries(variables).map(([name, [byDefault, must, says]]) => ({
    name,
    secret: isSecret(name, (environment) => loadTemporalConfig(environment)),
    byDefault,
    must,
    says,
  }));

/** The sections of the page, in its order. */
export function variableSections(): Section[] {
  const worker = rowsOf(workerVariables, loadWorkerConfig);
  const ofFlinks = ({ name }: Row): boolean => name.startsWith('FLINKS_');
  return [
    {
      title: 'Flinks',
      readBy: 'The worker; `starter doctor` and `starter forget --delete-card`.',
      rows: worker.filter(ofFlinks),
    },
    {
      title: 'Worker',
      readBy:
        'The worker. `starter deploy` reads `WORKER_BUILD_ID` too, and `starter doctor` reads `SEARCH_ATTRIBUTES`.',
      rows: worker.filter((row) => !ofFlinks(row)),
    },
    {
      title: 'Temporal',
      readBy:
        'Worker, client library, `starter` and `replay`. Temporal’s own environment configuration reads them, and `temporal.toml`.',
      rows: listed(temporalVariables),
    },
    {
      title: 'Payloads',
      readBy: 'Worker, client library, `starter`, codec server and `replay`. They must agree.',
      rows: [...rowsOf(payloadVariables, loadPayloadConfig), ...rowsOf(storageVariables, openPayloadStore)],
    },
    {
      title: 'Codec server',
      readBy: 'The codec server.',
      rows: rowsOf(codecServerVariables, loadCodecServerConfig),
    },
    ...otherVariables.map(({ title, readBy, variables }) => ({ title, readBy, rows: listed(variables) })),
  ];
}

/** Every name on the page, with the `…_FILE` form of each secret. */
export const variableNames = (): string[] =>
  variableSections().flatMap(({ rows }) =>
    rows.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name])),
  );

/** The page as it stands in docs/. */
export async function variablesText(): Promise<string> {
  const lines = variableSections().flatMap(({ title, readBy, rows }) => [
    `## ${title}`,
    '',
    `Read by: ${readBy}`,
    '',
    '| variable | default | must be | says |',
    '| --- | --- | --- | --- |',
    ...rows.map(({ name, secret, byDefault, must, says }) =>
      `| \`${name}\`${secret ? ' (secret)' : ''} | ${byDefault} | ${must} | ${says} |`.replaceAll('|  |', '| |'),
    ),
    '',
  ]);
  return format([...introduction, ...lines].join('\n'), {
    ...(await resolveConfig(variablesPage)),
    parser: 'markdown',
  });
}

const introduction = [
  '# Variables',
  '',
  'Every environment variable of every program. `npm run variables` writes this page from the code, and a test fails if the',
  'page is not what the code says.',
  '',
  '- A **secret** can come from a file: `FLINKS_API_KEY_FILE=/run/secrets/key` instead of `FLINKS_API_KEY`. Set one of the two.',
  '- A program whose variables do not fit ends with exit code 2. Its message names each variable and never shows a value.',
  '- Durations are texts such as `30 seconds`, `5m` or `1.5 hours`.',
  '',
];

if (isMainModule(import.meta.url)) await writeFile(variablesPage, await variablesText());
