import { expect, test } from 'vitest';
import { createCells } from '../support/fault-cell.js';
import { reportedSurprises } from '../support/surprises.js';
import { workflowEnvironment } from '../support/workflow-environment.js';
import { rows as allRows, steps, takesTime } from './fault-table.js';

// Few at a time, so that nothing but the fault takes this long; and less than a short call within a workflow task is given,
// which would be made once more after it.
const ms = 1_000;
const flinks = workflowEnvironment({ limits: { timeouts: { token: ms, authorize: ms, data: ms, poll: ms } } });
const run = createCells(flinks);
const rows = allRows.filter(takesTime);

test('a run that Flinks keeps waiting at its answer ends as the table says', async (context) => {
  const cells = { rows, steps: ['answer'], atATime: 2 } as const;
  expect(await reportedSurprises(context, 'stalls at the answer', run, cells)).toEqual({});
});

test(
  'a run that Flinks keeps waiting at any other step ends as the table says',
  { timeout: 120_000 },
  async (context) => {
    const cells = { rows, steps: steps.filter((step) => step !== 'token' && step !== 'answer'), atATime: 8 };
    const found = flinks.whileTimePasses(() => reportedSurprises(context, 'stalls at other steps', run, cells));
    expect(await found).toEqual({});
  },
);

test('a run that Flinks keeps waiting at its token ends as the table says', async (context) => {
  const cells = { rows, steps: ['token'], atATime: 1 } as const;
  expect(await reportedSurprises(context, 'stalls at the token', run, cells)).toEqual({});
});
