// A run that meets a fault ends as fault-table.ts says. Each cell of the table has a test of its own, or two: one with the
// fault once and one with the fault lasting. They are named by row and step, so a single one is run by
//   npx vitest run --project workflow fault-matrix -t '503 Retry-After once at Summary$'
// The name is a regular expression: `$` leaves out "Summary poll", and a row with a `+` is written with `\+`.
import { createCells } from '../support/fault-cell.js';
import { testCells } from '../support/fault-tests.js';
import { workflowEnvironment } from '../support/workflow-environment.js';
import { rows as allRows, steps, takesTime } from './fault-table.js';

const flinks = workflowEnvironment({ limits: { maxResponseBytes: 1024 * 1024 } });
const run = createCells(flinks);
const rows = allRows.filter((row) => !takesTime(row));
const MINUTES = 60_000;

// Apart from those that let time pass, because it would run out for a question.
testCells('faults at the answer', run, { rows, steps: ['answer'], atATime: 30 }, 3 * MINUTES);

const others = steps.filter((step) => step !== 'token' && step !== 'answer');
testCells('faults at other steps', run, { rows, steps: others, atATime: 10 }, 5 * MINUTES, (meanwhile) =>
  flinks.whileTimePasses(meanwhile),
);

// Nobody knows whose token is asked for, so these run one after another.
testCells('faults at the token', run, { rows, steps: ['token'], atATime: 1 }, 3 * MINUTES);
