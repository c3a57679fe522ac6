// The table has to notice when two rows of the classifier are swapped: otherwise it would prove nothing.
import { expect, test, vi } from 'vitest';
import type * as errors from '../../src/flinks/errors.js';
import { createCells } from '../support/fault-cell.js';
import { surprises } from '../support/fault-surprises.js';
import { workflowEnvironment } from '../support/workflow-environment.js';
import { rows as allRows, type Row } from './fault-table.js';

type FlinksAnswer = errors.FlinksAnswer;

const swapped = vi.hoisted((): { pair?: [FlinksAnswer, FlinksAnswer] } => ({}));

vi.mock('../../src/flinks/errors.js', async (importOriginal) => {
  const original = await importOriginal<typeof errors>();
  const isThis = (answer: FlinksAnswer, { code, status, message }: FlinksAnswer): boolean =>
    answer.code === code && answer.status === status && (code === undefined || answer.message === message);
  const other = (answer: FlinksAnswer): FlinksAnswer => {
    const [one, another] = swapped.pair ?? [];
    if (one && another && isThis(answer, one)) return another;
    return one && another && isThis(answer, another) ? one : answer;
  };
  return {
    ...original,
    classify: (...[call, answer]: Parameters<typeof original.classify>) => original.classify(call, other(answer)),
  };
});

const flinks = workflowEnvironment();
const run = createCells(flinks);
const step = 'Authorize cached';

/** What the classifier is asked about, without what decides before it: bodies, challenges and usable sessions. */
const classified = allRows.flatMap((row) => {
  const { fault } = row;
  return fault.kind === 'status' && fault.status >= 400 && !fault.processed ? [{ row, answer: fault }] : [];
});

/** Each row with the next one that means something else; rows that mean the same can be swapped without harm. */
const pairs = classified.flatMap(({ row, answer }, index) => {
  const means = ({ cells }: Row) => JSON.stringify(cells[step]);
  const next = classified.slice(index + 1).find((later) => means(later.row) !== means(row));
  return next ? [{ one: row.name, another: next.row.name, rows: [row, next.row], answers: [answer, next.answer] }] : [];
});

test('without a swap there is no surprise', async () => {
  const rows = classified.map(({ row }) => row);
  expect(await flinks.whileTimePasses(() => surprises(run, { rows, steps: [step], atATime: 20 }))).toEqual({});
});

test.each(pairs)(
  'a classifier that swaps $one and $another is found out',
  async ({ rows, answers: [one, another] }) => {
    if (!one || !another) throw new Error('A pair has two rows.');
    swapped.pair = [one, another];
    const found = await flinks
      .whileTimePasses(() => surprises(run, { rows, steps: [step], atATime: 4 }))
      .finally(() => delete swapped.pair);
    expect(Object.keys(found).length).toBeGreaterThan(0);
  },
);
