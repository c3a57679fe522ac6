// How much work a worker asks the server for.
import type { WorkerOptions } from '@temporalio/worker';
import type { Capacity } from '../config/capacity.js';

/** The worker's options for what it takes on at once. A poll without a free slot would hold back work that another worker could do. */
export function slots(capacity: Capacity): Partial<WorkerOptions> {
  const { maxConcurrentActivities, maxCachedWorkflows, pollers } = capacity;
  // A run in progress is cached, so there are never more of them than the cache holds.
  const tasks = Math.min(capacity.maxConcurrentWorkflowTasks, maxCachedWorkflows);
  const polling = (atOnce: number) => ({ type: 'simple-maximum', maximum: Math.min(pollers, atOnce) }) as const;
  return {
    maxConcurrentActivityTaskExecutions: maxConcurrentActivities,
    maxConcurrentWorkflowTaskExecutions: tasks,
    maxCachedWorkflows,
    activityTaskPollerBehavior: polling(maxConcurrentActivities),
    workflowTaskPollerBehavior: polling(tasks),
  };
}
