import { describe, expect, test } from 'vitest';
import { race } from '../support/races.js';
import { workflowEnvironment } from '../support/workflow-environment.js';
import { report } from '../support/promise.js';
import { sizes } from './size.js';

const atATime = 50;
const batches = Array.from({ length: Math.ceil(sizes.races / atATime) }, (_, index) => ({
  batch: index + 1,
  count: Math.min(atATime, sizes.races - index * atATime),
}));

// A server of its own for each batch: one that has skipped time for many runs at once may not skip it again.
describe.each(batches)('batch $batch', ({ batch, count }) => {
  const flinks = workflowEnvironment({ cache: false });

  test('races of an answer, its deadline and a cancellation end as promised', { timeout: 180_000 }, async (context) => {
    const wrong = await race(flinks, count);
    report(context, {
      promise: `an answer, its deadline and a cancellation in one moment, ${batch} of ${batches.length}`,
      cases: count,
      kills: 0,
      lost: wrong.length,
      doubled: wrong.filter((what) => /[2-9] times/.test(what)).length,
      stuck: 0,
    });
    expect(wrong).toEqual([]);
  });
});
