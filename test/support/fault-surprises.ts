// The table of faults against what runs make of them.
import { timesMet, type Cell, type Row, type Step } from '../workflow/fault-table.js';
import type { RunCell } from './fault-cell.js';

/** One run. When the table says two endings, there is one with the fault once, and one with the fault lasting. */
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

export interface Cells {
  rows: readonly Row[];
  steps: readonly Step[];
  /** So many runs go side by side. */
  atATime: number;
}

/** The names of all runs of these cells. */
export const namesOf = (run: RunCell, { rows, steps }: Cells): string[] =>
  steps.flatMap((step) => casesOf(run, rows, step)).map(({ name }) => name);

/**
 * Runs these cells, so many at a time, and names those that ended in another way than the table says. `isWanted` picks
 * some of them by name.
 */
export async function surprises(
  run: RunCell,
  { rows, steps, atATime }: Cells,
  isWanted: (name: string) => boolean = () => true,
): Promise<Record<string, object>> {
  const found: Record<string, object> = {};
  const cases = steps.flatMap((step) => casesOf(run, rows, step));
  const waiting = cases.filter(({ name }) => isWanted(name)).values();
  const lane = async () => {
    for (const { name, expected, ending } of waiting) {
      const ended = await ending();
      if (ended !== expected) found[name] = { expected, ended };
    }
  };
  await Promise.all(Array.from({ length: atATime }, lane));
  return found;
}
