import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { temporalVariables } from '../../../dev/variables-of-others.js';
import { variableNames, variableSections, variablesPage, variablesText } from '../../../dev/variables.js';

const read = (path: string): string => readFileSync(path, 'utf8');
const known = new Set(variableNames());
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
const files = tracked.split('\n').filter((path) => path !== '');
const unknown = (names: Iterable<string>): string[] => [...new Set(names)].filter((name) => !known.has(name));

/** What one of our programs sets for another that it starts, and every system's own. Nobody else sets them. */
const internal = [
  'CLOCK_OFFSET_MS',
  'DATABASE_URL',
  'DEMO_TEST_RUN',
  'HOME',
  'OURS',
  'PATH',
  'SANDBOX_ANSWERS',
  'TMPDIR',
];

/** What the images of others read. */
const ofOtherImages = ['TEMPORAL_AUTH_ENABLED', 'TEMPORAL_CODEC_PASS_ACCESS_TOKEN'];

test('the page is what the code says', async () => {
  expect(read(variablesPage)).toBe(await variablesText());
});

test('every variable is said in a sentence', () => {
  const rows = variableSections().flatMap((section) => section.rows);
  expect(rows.filter(({ says }) => !/^\S.*\.$/.test(says)).map(({ name }) => name)).toEqual([]);
  expect(rows.length).toBeGreaterThan(80);
});

test('Temporal’s variables are those that its package reads', () => {
  const folder = dirname(createRequire(import.meta.url).resolve('@temporalio/envconfig'));
  const source = ['utils', 'envconfig', 'envconfig-toml'].map((file) => read(join(folder, `${file}.js`)));
  const names = source.join('\n').match(/\bTEMPORAL_\w+/g) ?? [];
  expect(names.length).toBeGreaterThan(10);
  expect([...new Set(names)].toSorted()).toEqual(Object.keys(temporalVariables).toSorted());
});

test('no program reads a variable that the page lacks', () => {
  const code = files.filter((path) => /^(src|dev|simulator|bench|deploy|test)\/.*\.(ts|mjs|cjs)$/.test(path));
  const names = code.flatMap((path) =>
    [...read(path).matchAll(/\benv(?:ironment)?(?:\.|\[')([A-Z][A-Z0-9_]+)\b/g)].map(([, name = '']) => name),
  );
  expect(names.length).toBeGreaterThan(30);
  expect(unknown(names).filter((name) => !internal.includes(name))).toEqual([]);
});

test('docker-compose.yml sets none that the page lacks', () => {
  const text = read('docker-compose.yml');
  const { services } = parse(text, { merge: true }) as {
    services: Record<string, { image: string; environment?: Record<string, unknown> }>;
  };
  const ours = Object.values(services).filter(({ image }) => image.startsWith('flinks-temporal:'));
  const set = ours.flatMap(({ environment = {} }) => Object.keys(environment));
  const taken = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name = '']) => name);
  expect(set).toContain('HEALTH_ADDRESS');
  expect(unknown([...set, ...taken])).toEqual([]);
});

test('no document names one that the page lacks', () => {
  const prefix = 'AWS|BENCH|CHAOS|CODEC|FLINKS|HEALTH|LOG|METRICS|NODE|OTEL|PAYLOAD|SEARCH|TEMPORAL|WORKER|WORKFLOW';
  const name = new RegExp(`\\b(?:${prefix})_[A-Z0-9_]*[A-Z0-9]\\b(?!…|_)`, 'g');
  const pages = files.filter((path) => path.endsWith('.md') && path !== variablesPage);
  const named = pages.flatMap((path) => read(path).match(name) ?? []);
  expect(named.length).toBeGreaterThan(50);
  expect(unknown(named).filter((one) => !ofOtherImages.includes(one))).toEqual([]);
});
