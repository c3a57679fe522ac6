// A run that Flinks keeps waiting ends as fault-table.ts says. A single cell is run by
//   npx vitest run --project workflow fault-stalls -t 'stall in the body once at Summary$'
import { createCells } from '../support/fault-cell.js';
import { testCells } from '../support/fault-tests.js';
import { workflowEnvironment } from '../support/workflow-environment.js';
import { rows as allRows, steps, takesTime } from './fault-table.js';

// Few at a time, so that nothing but the fault takes this long. And less than a short call is given, which would be made
// once more after it.
const ms = 1_000;
const flinks = workflowEnvironment({ limits: { timeouts: { token: ms, authorize: ms, data: ms, poll: ms } } });
const run = createCells(flinks);
const rows = allRows.filter(takesTime);
const MINUTE = 60_000;

testCells('stalls at the answer', run, { rows, steps: ['answer'], atATime: 2 }, MINUTE);

const others = steps.filter((step) => step !== 'token' && step !== 'answer');
testCells('stalls at other steps', run, { rows, steps: others, atATime: 8 }, 2 * MINUTE, (meanwhile) =>
  flinks.whileTimePasses(meanwhile),
);

testCells('stalls at the token', run, { rows, steps: ['token'], atATime: 1 }, MINUTE);
