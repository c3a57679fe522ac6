import { expect, test } from 'vitest';
import { msToNumber, tsToMs } from '../../../src/sdk-internals/time.js';

test('durations are read as Temporal reads them. If not, inputs with "30 seconds" are refused or poll at another pace', () => {
  expect(['30 seconds', '1.5m', '250'].map((text) => msToNumber(text as '1s'))).toEqual([30_000, 90_000, 250]);
  expect(() => msToNumber('soon')).toThrow(TypeError);
});

test('times of the server are read in milliseconds. If not, `forget --older-than` deletes runs of another age', () => {
  expect(tsToMs({ seconds: null, nanos: 5_000_000 })).toBe(5);
});
