// The worst phrases are kept out of code, messages and documents. Each is hard to read at once, and has a plain form.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** What is refused, and what to write instead. */
const refused: [pattern: RegExp, instead: string][] = [
  [/\banew\b/i, 'again'],
  [/\bof (?:which|whom)\b/i, 'two sentences'],
  [/(?<!but |there )\b(?:is|are|be|being|was|were) none(?! of)\b/i, 'is not a …, there is no …'],
  [/\bpass(?:es|ed|ing)? (?:by|it by|them by)\b(?= the| what| any| all| our|[.,;:]|$)/i, 'bypass'],
  [/\bin vain\b/i, 'without success'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
  [/\bwhere (?:it|there|that|this) (?:is|are) (?:not|no|none)\b/i, 'if'],
  [/\b(?:is|are|be|too|so) dear(?:er)?\b/i, 'expensive'],
  [/\bmakes? up for\b/i, 'balances'],
  [/\bso-manieth\b/i, 'every so many'],
  [/\bthe (?:former|latter)\b/i, 'name it'],
  [/\bis to be had\b|\bcan be had\b|\bcould be had\b/i, 'is available'],
  [/\bof before\b/i, 'older'],
  [/\b(?:says?|tells?) of (?:it|them)sel(?:f|ves)\b/i, 'reports'],
  [/\b(?:no|any) more than so\b|\bby and by\b|\bsave for\b|\bwherefore\b|\bthereof\b|\bwhereof\b/i, 'plain words'],
  [/\bnor (?:is|are|does|do|may|can)\b/i, 'and … not'],
];

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
const files = listed
  .split('\n')
  .filter((path) => /^(?:src|docs|dev|deploy|bench|simulator|examples)\/|^[A-Z]+\.md$|^llms\.txt$/.test(path))
  .filter((path) => /\.(?:ts|cjs|mjs|md|txt|py|go|java|yml|yaml|sh)$|\/[\w-]+$/.test(path));

/** Lines of one file, each joined with the begin of the next: a phrase may be broken. */
function breachesIn(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    const next = (lines[index + 1] ?? '').replace(/^\s*(?:\/\/|\*|#|>|-)?\s*/, '');
    return refused
      .filter(([pattern]) => {
        const at = `${line} ${next}`.search(pattern);
        return at >= 0 && at <= line.length - 1;
      })
      .map(([pattern, instead]) => `${path}:${index + 1}: ${pattern.exec(`${line} ${next}`)?.[0]} → ${instead}`);
  });
}

test('no file has one of the worst phrases', () => {
  expect(files.length).toBeGreaterThan(150);
  expect(files.flatMap(breachesIn)).toEqual([]);
});

test.each([
  'drawn anew each second',
  'runs, of which some wait',
  'a page is none',
  'which pass by the task queue',
  'says how to mend it',
  'that is dear',
  'payloads of before',
])('a planted phrase is seen: %s', (text) => {
  expect(refused.some(([pattern]) => pattern.test(text))).toBe(true);
});

test.each(['pass by reference', 'dear customer', 'none of the choices', 'a recommendation', 'amended', 'renewed'])(
  'a plain phrase is let through: %s',
  (text) => {
    expect(refused.some(([pattern]) => pattern.test(text))).toBe(false);
  },
);
