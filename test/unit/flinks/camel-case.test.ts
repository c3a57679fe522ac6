import fc from 'fast-check';
import { expect, test } from 'vitest';
import { camelCaseKeys } from '../../../src/flinks/camel-case.js';

test.each([
  ['EftEligibleRatio', 'eftEligibleRatio'],
  ['ETransferEligibleRatio', 'eTransferEligibleRatio'],
  ['KYCInfo', 'kycInfo'],
  ['Id', 'id'],
  ['ID', 'id'],
  ['URL2', 'url2'],
  ['POBox', 'poBox'],
  ['PDF_File', 'pdf_File'],
  ['Élan', 'élan'],
  ['already', 'already'],
  ['withKYC', 'withKYC'],
  ['_Private', '_Private'],
  ['1st', '1st'],
  ['', ''],
])('the key %s becomes %s', (key, expected) => {
  expect(camelCaseKeys({ [key]: 1 })).toEqual({ [expected]: 1 });
});

test('keys are renamed at every depth, in objects and lists, and values stay as they are', () => {
  const wire = {
    Accounts: [{ Holder: { Name: 'NAME', Address: null } }, [{ Deep: 0.1 }]],
    Text: 'KYCInfo',
    Flag: false,
  };
  expect(camelCaseKeys(wire)).toEqual({
    accounts: [{ holder: { name: 'NAME', address: null } }, [{ deep: 0.1 }]],
    text: 'KYCInfo',
    flag: false,
  });
});

test('where two keys would become one, both keep their names and no value is lost', () => {
  expect(camelCaseKeys({ Id: 1, id: 2, ID: 3, Other: 4 })).toEqual({ Id: 1, id: 2, ID: 3, other: 4 });
});

test('a key named __proto__ stays data', () => {
  const copied = camelCaseKeys(JSON.parse('{"__proto__": {"Admin": true}}') as object);
  expect(Object.entries(copied)).toEqual([['__proto__', { admin: true }]]);
  expect(Object.getPrototypeOf(copied)).toBe(Object.prototype);
});

test('JSON nested 100,000 deep is a RangeError that names its cause', () => {
  const deep = JSON.parse('{"A":'.repeat(100_000) + '1' + '}'.repeat(100_000)) as object;
  expect(() => camelCaseKeys(deep)).toThrow(new RangeError('JSON is nested too deep'));
});

test('the copy of any JSON has as many keys and the same values', () => {
  const leaves = (value: unknown): unknown[] =>
    typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value];
  const order = (values: unknown[]) => values.map((value) => JSON.stringify(value)).toSorted();
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 3 })), (wire) => {
      expect(order(leaves(camelCaseKeys(wire)))).toEqual(order(leaves(wire)));
    }),
    { numRuns: 200 },
  );
});
