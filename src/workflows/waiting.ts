import { sleep } from '@temporalio/workflow';
import type { Run } from './context.js';

/** Waits with a durable timer. `label` tells a reader of the run what for. */
export function wait(run: Run, ms: number, label: string): Promise<void> {
  run.beforeWait();
  return sleep(ms, { summary: label });
}

/** Waits before a call is made again. */
export const waitToRetry = (run: Run, ms: number): Promise<void> => wait(run, ms, 'Wait before calling Flinks again');
