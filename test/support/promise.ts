import type { TestContext } from 'vitest';

/** One row of the table in which `npm run test:chaos` ends. */
export interface PromiseRow {
  promise: string;
  cases: number;
  kills: number;
  lost: number;
  doubled: number;
  stuck: number;
  /** Milliseconds from the fault's end until the last run that it hit went on, where that was looked at. */
  slowestRecoveryMs?: number;
  /** What else the test measured, in words. */
  note?: string;
}

declare module 'vitest' {
  interface TaskMeta {
    promise?: PromiseRow;
  }
}

/** Hands what a test found to the table. */
export function report({ task }: TestContext, row: PromiseRow): void {
  task.meta.promise = row;
}
