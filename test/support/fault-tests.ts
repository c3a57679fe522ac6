import { beforeAll, describe, expect, test } from 'vitest';
import type { RunCell } from './fault-cell.js';
import { namesOf, surprises, type Cells } from './fault-surprises.js';
import { report } from './promise.js';

const doubled = /live logins|at the same time|nobody asked|posted again/;

/**
 * A test for each cell, so that a single one can be run by its name, and one that tells the table of promises how many
 * ended as they should. The runs go side by side before all that; `during` is what they go under.
 */
export function testCells(
  promise: string,
  run: RunCell,
  cells: Cells,
  timeoutMs: number,
  during: <T>(meanwhile: () => Promise<T>) => Promise<T> = (meanwhile) => meanwhile(),
): void {
  describe.each([promise])('%s', () => {
    let found: Record<string, object> = {};

    // Vitest insists on a pattern here, although there is nothing to take out.
    // oxlint-disable-next-line no-empty-pattern
    beforeAll(async ({}, { tasks }) => {
      const picked = new Set(tasks.filter(({ mode }) => mode !== 'skip').map(({ name }) => name));
      found = await during(() => surprises(run, cells, (name) => picked.has('all of them') || picked.has(name)));
    }, timeoutMs);

    const names = namesOf(run, cells);
    test.each(names)('%s', (name) => {
      expect(found[name]).toBeUndefined();
    });

    test('all of them', (context) => {
      const wrong = Object.values(found).map((one) => JSON.stringify(one));
      report(context, {
        promise,
        cases: names.length,
        kills: 0,
        lost: wrong.length,
        doubled: wrong.filter((one) => doubled.test(one)).length,
        stuck: 0,
      });
      expect(found).toEqual({});
    });
  });
}
