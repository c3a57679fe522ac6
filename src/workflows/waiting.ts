import { sleep } from '@temporalio/workflow';
import type { NextAttempt } from '../activities/failures.js';
import type { Run } from './context.js';

/** Waits with a durable timer. `label` tells a reader of the run what for. */
export function wait(run: Run, ms: number, label: string): Promise<void> {
  run.beforeWait();
  return sleep(ms, { summary: label });
}

/** Waits before a call is made again, and tells meanwhile which attempt comes next if that is known. */
export async function waitToRetry(run: Run, ms: number, next?: NextAttempt): Promise<void> {
  const at = new Date(Date.now() + ms).toISOString();
  run.progress.retries(next && { ...next, at });
  try {
    await wait(run, ms, 'Wait before calling Flinks again');
  } finally {
    run.progress.retries(undefined);
  }
}
