// The table of faults against what runs make of them.
import { timesMet, type Cell, type Row, type Step } from '../workflow/fault-table.js';
import type { TestContext } from 'vitest';
import type { RunCell } from './fault-cell.js';
import { report } from './promise.js';

/** One run: where the table says two endings there is one with the fault once, and one with the fault lasting. */
interface Case {
  name: string;
  expected: string;
  ending: () => Promise<string>;
}

const casesOf = (run: RunCell, rows: readonly Row[], step: Step): Case[] =>
  rows.flatMap((row) => {
    const cell = row.cells[step];
    if (!cell) return [];
    const ending = (times: 1 | 'always') => async () => {
      const { ending, met, breaches } = await run(step, row, times);
      const counted = ending === 'completed' && times === 'always' ? [] : [`met ${met}`];
      return [ending, ...counted, ...breaches].join(', ');
    };
    const lasting = { name: `${row.name} at ${step}`, expected: lastingEnd(step, cell), ending: ending('always') };
    if (cell.once === cell.lasting) return [lasting];
    return [{ name: `${row.name} once at ${step}`, expected: `${cell.once}, met 1`, ending: ending(1) }, lasting];
  });

const lastingEnd = (step: Step, cell: Cell): string =>
  cell.lasting === 'completed' ? 'completed' : `${cell.lasting}, met ${timesMet(step, cell)}`;

interface Cells {
  rows: readonly Row[];
  steps: readonly Step[];
  /** So many runs go side by side. */
  atATime: number;
}

const doubled = /live logins|at the same time|nobody asked|posted again/;

/** Runs the cells and tells the table of promises how many ended as they should; returns the others. */
export async function reportedSurprises(
  context: TestContext,
  promise: string,
  run: RunCell,
  cells: Cells,
): Promise<Record<string, object>> {
  const found = await surprises(run, cells);
  const all = Object.values(found).map((one) => JSON.stringify(one));
  report(context, {
    promise,
    cases: cells.steps.flatMap((step) => casesOf(run, cells.rows, step)).length,
    kills: 0,
    lost: all.length,
    doubled: all.filter((one) => doubled.test(one)).length,
    stuck: 0,
  });
  return found;
}

/** Runs the cells of these rows and columns, so many at a time, and names those that ended in another way than the table says. */
export async function surprises(run: RunCell, { rows, steps, atATime }: Cells): Promise<Record<string, object>> {
  const found: Record<string, object> = {};
  const waiting = steps.flatMap((step) => casesOf(run, rows, step)).values();
  const lane = async () => {
    for (const { name, expected, ending } of waiting) {
      const ended = await ending();
      if (ended !== expected) found[name] = { expected, ended };
    }
  };
  await Promise.all(Array.from({ length: atATime }, lane));
  return found;
}
