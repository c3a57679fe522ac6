import { expect, test } from 'vitest';
import { createCells } from '../support/fault-cell.js';
import { reportedSurprises } from '../support/surprises.js';
import { workflowEnvironment } from '../support/workflow-environment.js';
import { rows as allRows, steps, takesTime } from './fault-table.js';

const flinks = workflowEnvironment({ limits: { maxResponseBytes: 1024 * 1024 } });
const run = createCells(flinks);
const rows = allRows.filter((row) => !takesTime(row));
const MINUTES = 60_000;

// Apart from those that let time pass, because it would run out for a question.
test('a run that meets a fault at its answer ends as the table says', { timeout: 3 * MINUTES }, async (context) => {
  const cells = { rows, steps: ['answer'], atATime: 30 } as const;
  expect(await reportedSurprises(context, 'faults at the answer', run, cells)).toEqual({});
});

test('a run that meets a fault at any other step ends as the table says', { timeout: 5 * MINUTES }, async (context) => {
  const cells = { rows, steps: steps.filter((step) => step !== 'token' && step !== 'answer'), atATime: 10 };
  const found = flinks.whileTimePasses(() => reportedSurprises(context, 'faults at other steps', run, cells));
  expect(await found).toEqual({});
});

// Nobody knows whose token is asked for, so that these run one after another.
test('a run that meets a fault at its token ends as the table says', { timeout: 3 * MINUTES }, async (context) => {
  const cells = { rows, steps: ['token'], atATime: 1 } as const;
  expect(await reportedSurprises(context, 'faults at the token', run, cells)).toEqual({});
});
