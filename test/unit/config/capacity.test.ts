import { expect, test } from 'vitest';
import { capacityOf, thisMachine } from '../../../src/config/capacity.js';
import { slots } from '../../../src/worker/slots.js';

const gigabyte = 1_024;

test('a worker with memory to spare takes on what two cores can do, and no more on a larger machine', () => {
  const most = {
    maxConcurrentActivities: 100,
    maxConcurrentWorkflowTasks: 40,
    maxCachedWorkflows: 5_000,
    pollers: 10,
  };
  expect(capacityOf({ cores: 2, memory: 16 * gigabyte, heap: 4 * gigabyte })).toEqual(most);
  expect(capacityOf({ cores: 64, memory: 512 * gigabyte, heap: 16 * gigabyte })).toEqual(most);
});

test('a worker with one core takes on half', () => {
  expect(capacityOf({ cores: 1, memory: 16 * gigabyte, heap: 4 * gigabyte })).toMatchObject({
    maxConcurrentActivities: 50,
    maxConcurrentWorkflowTasks: 20,
    pollers: 5,
  });
});

test.each([512, 768, 1_024, 2_048])('what a worker holds in %i MB fits into them', (memory) => {
  const { maxCachedWorkflows, maxConcurrentActivities } = capacityOf({ cores: 2, memory, heap: memory / 2 });
  // An idle worker, runs that wait, and calls with an answer of a megabyte.
  expect(300 + maxCachedWorkflows * 0.2 + maxConcurrentActivities * 4).toBeLessThan(memory);
});

test('the heap bounds the runs that are cached, however much memory there is', () => {
  const { maxCachedWorkflows } = capacityOf({ cores: 2, memory: 64 * gigabyte, heap: 400 });
  expect(maxCachedWorkflows).toBe(500);
});

test('a machine that is too small for anything still gets a worker that works', () => {
  const capacity = capacityOf({ cores: 0, memory: 128, heap: 64 });
  for (const size of Object.values(capacity)) expect(size).toBeGreaterThanOrEqual(5);
});

test('this machine is seen as it is: with cores, and with memory that a process can have', () => {
  const { cores, memory, heap } = thisMachine();
  expect(cores).toBeGreaterThanOrEqual(1);
  expect(memory).toBeGreaterThan(64);
  expect(memory).toBeLessThan(1024 ** 3);
  expect(heap).toBeGreaterThan(16);
});

test('a worker asks for no more work than it has room for', () => {
  const capacity = { maxConcurrentActivities: 1, maxConcurrentWorkflowTasks: 40, maxCachedWorkflows: 4, pollers: 10 };
  expect(slots(capacity)).toMatchObject({
    maxConcurrentWorkflowTaskExecutions: 4,
    activityTaskPollerBehavior: { maximum: 1 },
    workflowTaskPollerBehavior: { maximum: 4 },
  });
});
