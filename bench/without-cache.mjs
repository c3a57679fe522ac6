// Preloaded into a worker, which then keeps no run in memory and replays each one's history at every task.
import { Worker } from '@temporalio/worker';

const create = Worker.create.bind(Worker);
Worker.create = (options) => create({ ...options, maxCachedWorkflows: 0 });
