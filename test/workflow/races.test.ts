import { expect, test } from 'vitest';
import { race } from '../support/races.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment({ cache: false });

test('sixty races of an answer, its deadline and a cancellation end as promised, and no answer is used twice', async () => {
  expect(await race(flinks, 60)).toEqual([]);
});
