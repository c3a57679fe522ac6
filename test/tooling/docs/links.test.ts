import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const inDocs = readdirSync('docs', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .map((path) => join('docs', path))
  .toSorted();
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'llms.txt', ...inDocs];

/** A page without its blocks of code, where brackets are no links and a # is no heading. */
const prose = (page: string): string => readFileSync(page, 'utf8').replaceAll(/^```.*?^```$/gms, '');

/** What GitHub calls the headings of a page. */
const anchorsOf = (page: string): string[] =>
  [...prose(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );

interface Link {
  file: string;
  anchor: string | undefined;
}

const linksOf = (page: string): Link[] =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor] = target.split('#');
      return { file: path === '' ? page : normalize(join(dirname(page), path)), anchor };
    });

function problemOf({ file, anchor }: Link): string | undefined {
  if (!existsSync(file)) return `${file} is not there`;
  if (anchor === undefined) return undefined;
  if (statSync(file).isDirectory() || !anchorsOf(file).includes(anchor)) return `${file} has no heading #${anchor}`;
  return undefined;
}

describe.each(pages)('%s', (page) => {
  test('has links and anchors that lead somewhere', () => {
    expect(linksOf(page).flatMap((link) => problemOf(link) ?? [])).toEqual([]);
  });
});

test('every page is in the index, with a sentence', () => {
  const listed = linksOf('docs/README.md').map(({ file }) => file);
  expect(inDocs.filter((page) => page !== 'docs/README.md' && !listed.includes(page))).toEqual([]);
  const lines = prose('docs/README.md').match(/^- .*$/gm) ?? [];
  expect(lines.filter((line) => !/: .+\.$/.test(line))).toEqual([]);
});

test('the repository’s page leads to the index', () => {
  expect(linksOf('README.md').map(({ file }) => file)).toContain('docs/README.md');
});

test('every file that a page names is there', () => {
  const named = inDocs.flatMap((page) =>
    [...prose(page).matchAll(/`((?:test|src|dev|deploy|bench|simulator|examples)\/[\w./-]+\.\w+)`/g)].map(
      ([, path = '']) => ({ page: relative('.', page), path }),
    ),
  );
  expect(named.length).toBeGreaterThan(80);
  expect(named.filter(({ path }) => !existsSync(path))).toEqual([]);
});
