import { expect, test } from 'vitest';
import { race } from '../support/races.js';
import { workflowEnvironment } from '../support/workflow-environment.js';
import { report } from '../support/promise.js';
import { sizes } from './size.js';

const flinks = workflowEnvironment({ cache: false });

test('races of an answer, its deadline and a cancellation end as promised', { timeout: 1_800_000 }, async (context) => {
  const wrong: string[] = [];
  for (let left = sizes.races; left > 0; left -= 50) wrong.push(...(await race(flinks, Math.min(left, 50))));
  report(context, {
    promise: 'an answer, its deadline and a cancellation in one moment',
    cases: sizes.races,
    kills: 0,
    lost: wrong.length,
    doubled: wrong.filter((what) => /[2-9] times/.test(what)).length,
    stuck: 0,
  });
  expect(wrong).toEqual([]);
});
