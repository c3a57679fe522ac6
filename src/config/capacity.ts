// How much a worker takes on at once, by the machine that it runs on. docs/operations/capacity.md gives the rule in words.
import { availableParallelism, totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

export interface Machine {
  cores: number;
  /** Megabytes that this process may use. */
  memory: number;
  /** Megabytes to which the heap of each of its threads may grow. */
  heap: number;
}

export interface Capacity {
  /** Calls to Flinks at once. */
  maxConcurrentActivities: number;
  maxConcurrentWorkflowTasks: number;
  /** Runs that are kept between two events. Any other run is replayed from the start of its history. */
  maxCachedWorkflows: number;
  /** Polls of the task queue that are open at once, for activities and for workflow tasks each. */
  pollers: number;
}

/** Megabytes of a worker without runs and calls: 200 at the start, and what work leaves behind. */
const idle = 300;
/** Megabytes of a call: an answer of a megabyte as text, parsed and encoded. */
const aCall = 4;
/** Megabytes of a cached run. A run that waits takes half of this; the other half is for runs that hold a summary. */
const aRun = 0.4;
/** One thread makes the calls and one runs the workflows, so that a process gains nothing from a third core. */
const coresInUse = 2;
/** More waiting runs than two cores poll in time. */
const mostRuns = 5_000;

/** What a worker takes on by default. Half of the memory that is free is for the cache, half for calls. */
export function capacityOf({ cores, memory, heap }: Machine): Capacity {
  const core = Math.max(1, Math.min(cores, coresInUse));
  const half = Math.max(0, memory - idle) / 2;
  const between = (least: number, value: number, most: number) => Math.max(least, Math.min(Math.floor(value), most));
  return {
    maxConcurrentActivities: between(10, half / aCall, 50 * core),
    maxConcurrentWorkflowTasks: 20 * core,
    maxCachedWorkflows: between(50, Math.min(half, heap / 2) / aRun, mostRuns),
    pollers: 5 * core,
  };
}

/** The machine as a container shows it. Node 20 does not see a limit on CPU time as fewer cores. */
export function thisMachine(): Machine {
  const megabyte = 1_024 * 1_024;
  // Without a limit it is not a number, 0, or more than any machine has.
  const limit = process.constrainedMemory() || Infinity;
  return {
    cores: availableParallelism(),
    memory: Math.min(limit, totalmem()) / megabyte,
    heap: getHeapStatistics().heap_size_limit / megabyte,
  };
}
