// How the client calls Temporal: with an end to every wait for a server or a worker, and with errors of its own.
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { AccountDetailsError, ServerUnreachableError, WaitEndedError } from './client-errors.js';
import { errorFromTemporal, type Answerer } from './client-failures.js';
import { progressName, type Progress } from './contract.js';

/** What every call takes. */
export interface CallOptions {
  /** Ends the waiting and never the run: `AbortSignal.timeout(60_000)` waits for a minute. Throws a WaitEndedError. */
  signal?: AbortSignal | undefined;
}

/** A server or a worker that takes longer than this to answer is not there. */
const answerTimeoutMs = 10_000;
/** After so long without news from a run it is asked whether there is a worker at all. */
const patienceMs = 5_000;

/** Makes calls about one run. `answeredBy` sets the time limit; without it the call waits as long as the run takes. */
export async function calling<T>(
  temporal: Client,
  workflowId: string,
  { answeredBy, signal }: CallOptions & { answeredBy?: Answerer },
  call: (handle: WorkflowHandle) => Promise<T>,
): Promise<T> {
  if (signal?.aborted) throw new WaitEndedError(workflowId, signal);
  const handle = temporal.workflow.getHandle(workflowId);
  const limited = answeredBy
    ? () => temporal.withDeadline(Date.now() + answerTimeoutMs, () => call(handle))
    : () => call(handle);
  try {
    return await (signal ? temporal.withAbortSignal(signal, limited) : limited());
  } catch (error) {
    if (signal?.aborted) throw new WaitEndedError(workflowId, signal);
    const known = errorFromTemporal(error, workflowId, answeredBy);
    // Without a server no worker answers either, and it is the server that the caller has to look after.
    if (isNoWorker(known) && !(await isThere(temporal))) throw new ServerUnreachableError();
    throw known;
  }
}

/** Asks the run where it stands. */
export const queryProgress = (temporal: Client, workflowId: string, { signal }: CallOptions): Promise<Progress> =>
  calling(temporal, workflowId, { answeredBy: 'worker', signal }, (handle) => handle.query<Progress>(progressName));

/**
 * Waits for what a run does in its own time, and gives up with `NoWorker` where nobody works on it: that is known after
 * 5 to 15 seconds.
 */
export async function waitingForRun<T>(
  temporal: Client,
  workflowId: string,
  { signal }: CallOptions,
  call: (handle: WorkflowHandle) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const either = AbortSignal.any([over.signal, ...(signal ? [signal] : [])]);
  const waiting = calling(temporal, workflowId, { signal: either }, call);
  const unattended = pause(patienceMs, undefined, { signal: either })
    .then(() => queryProgress(temporal, workflowId, { signal: either }))
    .then(
      () => waiting,
      (error: unknown) => (isNoWorker(error) || isUnreachable(error) ? Promise.reject(error) : waiting),
    );
  try {
    return await Promise.race([waiting, unattended]);
  } finally {
    over.abort();
    // Whichever comes second has nobody to tell.
    void Promise.allSettled([waiting, unattended]);
  }
}

export const isNoWorker = (error: unknown): boolean =>
  error instanceof AccountDetailsError && error.code === 'NoWorker';

const isUnreachable = (error: unknown): boolean => error instanceof ServerUnreachableError;

const isThere = (temporal: Client): Promise<boolean> =>
  temporal
    .withDeadline(Date.now() + 2_000, () => temporal.workflowService.getSystemInfo({}))
    .then(
      () => true,
      () => false,
    );
