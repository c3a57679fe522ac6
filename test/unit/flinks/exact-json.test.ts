import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExactly } from '../../../src/flinks/exact-json.js';

test.each([
  ['1000000000000000.01', '1000000000000000.01'],
  ['227490627192107008', '227490627192107008'],
  ['-227490627192107008', '-227490627192107008'],
  ['9007199254740993', '9007199254740993'],
  ['0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827'],
  ['1e400', '1e400'],
  ['-1.5E-400', '-1.5E-400'],
  ['1.23456789012345678e5', '1.23456789012345678e5'],
  ['1.2345678901234e-310', 1.2345678901234e-310],
  ['9007199254740992', 9007199254740992],
  ['12.10', 12.1],
  ['200000.0', 200_000],
  ['12.1000000000000000000000', 12.1],
  ['0.0000000000000000000', 0],
  ['-0', -0],
  ['1E+100', 1e100],
  ['0.30000000000000004', 0.30000000000000004],
  ['1234567890123456', 1234567890123456],
  [`1${'0'.repeat(308)}`, 1e308],
])('the number %s comes as %j', (written, read) => {
  expect(parseExactly(written)).toEqual(read);
  expect(parseExactly(`{"Id": ${written} ,"List":[${written},${written}]}`)).toEqual({ Id: read, List: [read, read] });
});

test('digits in texts and keys stay as they are, beside a number that becomes a text', () => {
  const json = String.raw`{"12345678901234567890":"1000000000000000.01","A\"":"\\","B":"said \": 12345678901234567890","N":12345678901234567890}`;
  expect(parseExactly(json)).toEqual({
    '12345678901234567890': '1000000000000000.01',
    'A"': '\\',
    B: 'said ": 12345678901234567890',
    N: '12345678901234567890',
  });
});

test('what is not JSON is refused, and nothing makes it JSON', () => {
  for (const text of [
    '',
    '{"A":12345678901234567890',
    '01234567890123456789',
    String.raw`"a\12345678901234567890`,
    '1.',
  ])
    expect(() => parseExactly(text)).toThrow(SyntaxError);
});

test('a repeated key, a key __proto__ and deep nesting are as JSON.parse has them', () => {
  const number = '227490627192107008';
  expect(parseExactly(`{"A":1,"A":${number}}`)).toEqual({ A: number });
  const object = parseExactly(`{"__proto__":{"Id":${number}}}`) as object;
  expect(Object.entries(object)).toEqual([['__proto__', { Id: number }]]);
  expect(() => parseExactly(`${'['.repeat(100_000)}${number}${']'.repeat(100_000)}`)).not.toThrow();
});

test('any JSON without such numbers comes as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.bigInt({ min: 10n ** 17n, max: 10n ** 30n }), (json, big) => {
      // An odd number that is this large is between two doubles.
      const odd = String(big * 2n + 1n);
      const [plain, digits] = parseExactly(`[${json},${odd}]`) as [unknown, unknown];
      expect(plain).toEqual(JSON.parse(json));
      expect(digits).toBe(odd);
    }),
    { numRuns: 500 },
  );
});

test('a number of a million digits and a text of a million backslashes take no time', () => {
  const zeros = '0'.repeat(1_000_000);
  expect(parseExactly(`[1${zeros}1,"${'\\n'.repeat(1_000_000)}"]`)).toEqual([`1${zeros}1`, '\n'.repeat(1_000_000)]);
});
