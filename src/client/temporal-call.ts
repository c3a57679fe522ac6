// How the client calls Temporal: with an end to every wait for a server or a worker, and with errors of its own.
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowExecutionStatusName, WorkflowHandle } from '@temporalio/client';
import { AccountDetailsError, ServerUnreachableError, WaitEndedError } from '../contract/errors.js';
import { errorFromTemporal, nobodyAnswered, readValue, type Answerer } from '../temporal/errors.js';
import { progressName, type Progress } from '../contract.js';

/** What every call takes. */
export interface CallOptions {
  /** Ends the waiting and never the run: `AbortSignal.timeout(60_000)` waits for a minute. Throws a WaitEndedError. */
  signal?: AbortSignal | undefined;
}

/** A server or a worker that takes longer than this to answer is not there. */
const answerTimeoutMs = 10_000;
/** After so long without news from a run it is asked whether there is a worker at all. */
const patienceMs = 5_000;

/** Whether a run has still to end. One that an operator has paused has, too. */
export const isOpen = (status: WorkflowExecutionStatusName): boolean => status === 'RUNNING' || status === 'PAUSED';

/** Makes calls about one run. `answeredBy` sets the time limit; without it the call waits as long as the run takes. */
export async function calling<T>(
  temporal: Client,
  workflowId: string,
  { answeredBy, signal }: CallOptions & { answeredBy?: Answerer },
  call: (handle: WorkflowHandle) => Promise<T>,
): Promise<T> {
  if (signal?.aborted) throw new WaitEndedError(workflowId, signal);
  const late = answeredBy && timeLimit(answerTimeoutMs);
  try {
    return readValue(await until(temporal, { late, signal }, () => call(temporal.workflow.getHandle(workflowId))));
  } catch (error) {
    if (signal?.aborted) throw new WaitEndedError(workflowId, signal);
    const known = late?.signal.aborted
      ? nobodyAnswered(workflowId, answeredBy)
      : errorFromTemporal(error, workflowId, answeredBy);
    // Without a server no worker answers either, and it is the server that the caller has to look after.
    if (isNoWorker(known) && !(await isThere(temporal))) throw new ServerUnreachableError();
    throw known;
  }
}

/** Asks the run where it stands. */
export const queryProgress = (temporal: Client, workflowId: string, { signal }: CallOptions): Promise<Progress> =>
  calling(temporal, workflowId, { answeredBy: 'worker', signal }, (handle) => handle.query<Progress>(progressName));

/**
 * Waits for what a run does in its own time, and gives up if no worker works on it, which is known after 5 to 20 seconds.
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
    // Nobody waits for the one that comes second.
    void Promise.allSettled([waiting, unattended]);
  }
}

export const isNoWorker = (error: unknown): boolean =>
  error instanceof AccountDetailsError && error.code === 'NoWorker';

const isUnreachable = (error: unknown): boolean => error instanceof ServerUnreachableError;

const isThere = (temporal: Client): Promise<boolean> =>
  until(temporal, { late: timeLimit(2_000) }, () => temporal.workflowService.getSystemInfo({})).then(
    () => true,
    () => false,
  );

const underWay = new WeakMap<Client, Set<Promise<unknown>>>();

function callsOf(temporal: Client): Set<Promise<unknown>> {
  const calls = underWay.get(temporal) ?? new Set();
  underWay.set(temporal, calls);
  return calls;
}

/**
 * Resolves when no call is under way any more, those among them that nobody waits for. While a server is away the SDK
 * tries each again for some 20 seconds, and ends the process if its connection was closed meanwhile.
 */
export const callsEnded = async (temporal: Client): Promise<void> => void (await Promise.allSettled(callsOf(temporal)));

const timeLimit = (ms: number) => ({ signal: AbortSignal.timeout(ms), deadline: Date.now() + ms });

/** Calls until it is late or the signal is aborted. The SDK alone would heed neither while it waits to try again. */
async function until<T>(
  temporal: Client,
  { late, signal }: CallOptions & { late?: ReturnType<typeof timeLimit> | undefined },
  call: () => Promise<T>,
): Promise<T> {
  const over = AbortSignal.any([late?.signal, signal].filter((one) => one !== undefined));
  const limited = late ? () => temporal.withDeadline(late.deadline, call) : call;
  const calls = callsOf(temporal);
  const answer = temporal.withAbortSignal(over, limited).finally(() => calls.delete(answer));
  calls.add(answer);
  const ended = new Promise<never>((_resolve, reject) => {
    over.addEventListener('abort', () => reject(new Error('The call was given up.')), { once: true });
  });
  return Promise.race([answer, ended]);
}
