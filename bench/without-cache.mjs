// Preloaded into a worker, which then keeps no run in memory and replays each one's history at every task.
import { Worker } from '@temporalio/worker';

const create = Worker.create;
Worker.create = (options) => create.call(Worker, { ...options, maxCachedWorkflows: 0 });
