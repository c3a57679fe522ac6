import { expect, test } from 'vitest';
import { commandOn, shownId } from '../../../src/contract/copyable.js';
import { harmless, harmlessJson, harmlessLines } from '../../../src/contract/harmless.js';

/** One of each kind: control, direction, invisible, line ends, half a character. */
const hidden = [
  '\u0000',
  '\u0007',
  '\u0008',
  '\t',
  '\n',
  '\r',
  '\u001b',
  '\u007f',
  '\u0085',
  '\u009b',
  '\u061c',
  '\u200e',
  '\u200f',
  '\u202a',
  '\u202d',
  '\u202e',
  '\u2066',
  '\u2067',
  '\u2068',
  '\u2069',
  '\u00ad',
  '\u034f',
  '\u115f',
  '\u180e',
  '\u200b',
  '\u200c',
  '\u200d',
  '\u2060',
  '\u2064',
  '\u3164',
  '\ufeff',
  '\u2028',
  '\u2029',
  '\ufff9',
  '\u{e0001}',
  '\u{e0041}',
  '\u{e0100}',
  '\ufe0f',
  '\ud800',
  '\udc00',
];

test.each(hidden.map((character) => [`U+${character.codePointAt(0)?.toString(16).padStart(4, '0')}`, character]))(
  '%s reaches no eye',
  (_name, character) => {
    expect(harmless(`a${character}b`)).toBe('a b');
    const json = harmlessJson({ prompt: `a${character}b` });
    expect(json).not.toContain(character);
    expect(JSON.parse(json)).toEqual({ prompt: `a${character}b` });
  },
);

test.each(['Épargne – 普通预金', 'שלום', 'हिन्दी', '👩‍👩‍👧 👩🏽‍🚀 ❤️ ✉️', 'Quelle est votre couleur préférée?'])(
  '%s stays as it is',
  (text) => expect(harmless(text)).toBe(text),
);

test('what joins an emoji is hidden beside other characters', () => {
  expect(harmless('a\u200db ❤\ufe0f\u200db')).toBe('a b ❤\ufe0f b');
});

test('lines of ours stay lines', () => expect(harmlessLines('one\u001b[2J\ntwo\r')).toBe('one [2J\ntwo '));

test('an id that a shell reads as it stands is copied with its command', () => {
  for (const id of ['account-details-5c000001-0000-4000-8000-000000000001', 'batch/2026-01-15T12:00:00+01:00', 'a_b.c'])
    expect(commandOn('watch', id)).toBe(`npm run starter -- watch ${id}`);
});

test.each([
  'a b',
  'a;b',
  '$(date)',
  '`date`',
  '-h',
  '--help',
  "it's",
  'a"b',
  'a\\b',
  'a|b',
  'a&b',
  'a*',
  '~',
  '#a',
  '',
])('the odd id %s is shown quoted, without a command', (id) => {
  expect(shownId(id)).toBe(JSON.stringify(id));
  expect(commandOn('watch', id)).toContain(JSON.stringify(id));
  expect(commandOn('watch', id)).not.toContain('npm run');
});

test('an id that reads like another is shown by its escapes', () => {
  expect(shownId('account\u200b-details\u202e')).toBe('"account\\u200b-details\\u202e"');
  expect(shownId('compte-épargne')).toBe('"compte-épargne"');
});
