// How the client calls Temporal: with an end to every wait for a server or a worker, and with errors of its own.
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowExecutionStatusName, WorkflowHandle } from '@temporalio/client';
import { AccountDetailsError, ServerUnreachableError, WaitEndedError } from '../contract/errors.js';
import { errorFromTemporal, nobodyAnswered, readValue, type Answerer } from '../temporal/errors.js';
import { progressName, type Progress } from '../contract.js';
import { whileReadingMemos } from '../temporal/encryption/codec.js';

/** What every call takes. */
export interface CallOptions {
  /** Ends the waiting and never the run: `AbortSignal.timeout(60_000)` waits for a minute. Throws a WaitEndedError. */
  signal?: AbortSignal | undefined;
  /** Names one run of the workflow id, whatever was started after it. Without it the newest is meant. */
  runId?: string | undefined;
}

/** A server or a worker that takes longer than this to answer is not there. */
const answerTimeoutMs = 10_000;
/** A wait for a run's end is begun again after so long. */
const turnMs = 120_000;
/** After so long without news from a run it is asked whether there is a worker at all. */
const patienceMs = 5_000;

/** Whether a run has still to end. One that an operator has paused has, too. */
export const isOpen = (status: WorkflowExecutionStatusName): boolean => status === 'RUNNING' || status === 'PAUSED';

/** A run itself: not what a retry policy or a cron schedule began after it. */
const handleOf = (temporal: Client, workflowId: string, runId: string | undefined): WorkflowHandle =>
  temporal.workflow.getHandle(workflowId, runId, { followRuns: false });

/**
 * Without it the server (1.32 was read) shows the end of a run that a retry policy or a cron schedule began again as
 * *continued as new*, and not as it ended. The SDK does not send it.
 */
const seesRepetition = { 'supported-features': 'follows-next-run-id' };

/** Makes calls about one run. `answeredBy` sets the time limit; without it the call waits as long as the run takes. */
export async function calling<T>(
  temporal: Client,
  workflowId: string,
  { answeredBy, signal, runId }: CallOptions & { answeredBy?: Answerer },
  call: (handle: WorkflowHandle) => Promise<T>,
): Promise<T> {
  const closing = callsOf(temporal).closing.signal;
  const ends = [signal, answeredBy ? undefined : closing];
  const ended = () => ends.find((one) => one?.aborted);
  // What is under way may end, but nothing begins any more: the connection is about to be closed.
  const before = ended() ?? (closing.aborted ? closing : undefined);
  if (before) throw new WaitEndedError(workflowId, before);
  const late = answeredBy && timeLimit(answerTimeoutMs);
  try {
    const made = () => temporal.withMetadata(seesRepetition, () => call(handleOf(temporal, workflowId, runId)));
    const read = answeredBy === 'server' ? () => whileReadingMemos(made) : made;
    return readValue(await until(temporal, { late, ends }, read));
  } catch (error) {
    const meanwhile = ended();
    if (meanwhile) throw new WaitEndedError(workflowId, meanwhile);
    const known = late?.signal.aborted
      ? nobodyAnswered(workflowId, answeredBy)
      : errorFromTemporal(error, workflowId, answeredBy);
    // Without a server no worker answers either, and it is the server that the caller has to look after.
    if (isNoWorker(known) && !(await isThere(temporal))) throw new ServerUnreachableError();
    throw known;
  }
}

/**
 * Waits for the end of a run, however long it takes. For each of its requests, one in 20 s, the SDK listens to the signal of a
 * call and never stops to, so the wait is made of turns.
 */
export async function resultOf<T>(
  temporal: Client,
  workflowId: string,
  runId: string,
  { signal }: CallOptions,
): Promise<T> {
  for (;;) {
    const turn = new AbortController();
    const timer = setTimeout(() => turn.abort(), turnMs);
    const either = AbortSignal.any([turn.signal, ...(signal ? [signal] : [])]);
    try {
      return await calling(temporal, workflowId, { signal: either, runId }, (run) => run.result() as Promise<T>);
    } catch (error) {
      if (signal?.aborted) throw new WaitEndedError(workflowId, signal);
      if (!turn.signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
      turn.abort();
    }
  }
}

/** Waits between two looks at a run. Throws a WaitEndedError as soon as the caller or `close` ends the waiting. */
export async function pausing(
  temporal: Client,
  workflowId: string,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const end = AbortSignal.any([callsOf(temporal).closing.signal, ...(signal ? [signal] : [])]);
  let timer: NodeJS.Timeout | undefined;
  let wake = (): void => {};
  await new Promise<void>((resolve) => {
    wake = resolve;
    timer = setTimeout(wake, ms);
    end.addEventListener('abort', wake);
    if (end.aborted) wake();
  });
  clearTimeout(timer);
  end.removeEventListener('abort', wake);
  if (end.aborted) throw new WaitEndedError(workflowId, end);
}

/** Asks the run where it stands. */
export const queryProgress = (temporal: Client, workflowId: string, options: CallOptions): Promise<Progress> =>
  calling(temporal, workflowId, { ...options, answeredBy: 'worker' }, (handle) => handle.query<Progress>(progressName));

/**
 * Waits for what a run does in its own time, and gives up if no worker works on it, which is known after 5 to 20 seconds.
 */
export async function waitingForRun<T>(
  temporal: Client,
  workflowId: string,
  { signal, runId }: CallOptions,
  call: (handle: WorkflowHandle) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const either = AbortSignal.any([over.signal, ...(signal ? [signal] : [])]);
  const waiting = calling(temporal, workflowId, { signal: either, runId }, call);
  const unattended = pause(patienceMs, undefined, { signal: either })
    .then(() => queryProgress(temporal, workflowId, { signal: either, runId }))
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

interface Calls {
  underWay: Set<Promise<unknown>>;
  /** Ends every wait for a run. */
  closing: AbortController;
}

const callsOfClients = new WeakMap<Client, Calls>();

function callsOf(temporal: Client): Calls {
  const calls = callsOfClients.get(temporal) ?? { underWay: new Set(), closing: new AbortController() };
  callsOfClients.set(temporal, calls);
  return calls;
}

/**
 * Ends every wait for a run with a WaitEndedError. Resolves when no call is under way any more, those among them that nobody
 * waits for. While a server is away the SDK tries each again for some 20 seconds, and ends the process if its connection was
 * closed meanwhile.
 */
export async function endCalls(temporal: Client): Promise<void> {
  const { underWay, closing } = callsOf(temporal);
  closing.abort();
  await Promise.allSettled(underWay);
}

const timeLimit = (ms: number) => ({ signal: AbortSignal.timeout(ms), deadline: Date.now() + ms });

/** Calls until it is late or one of the signals is aborted. The SDK alone would heed neither while it waits to try again. */
async function until<T>(
  temporal: Client,
  { late, ends = [] }: { late?: ReturnType<typeof timeLimit> | undefined; ends?: (AbortSignal | undefined)[] },
  call: () => Promise<T>,
): Promise<T> {
  const end = AbortSignal.any([late?.signal, ...ends].filter((one) => one !== undefined));
  // The SDK never stops to listen to the signal of a call, so it gets one that does not outlast the call as the caller's may.
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const ended = new Promise<never>((_resolve, reject) => {
    over.signal.addEventListener('abort', () => reject(new Error('The call was given up.')), { once: true });
  });
  const giveUp = (): void => over.abort();
  end.addEventListener('abort', giveUp);
  if (end.aborted) giveUp();
  const limited = late ? () => temporal.withDeadline(late.deadline, call) : call;
  const { underWay } = callsOf(temporal);
  const answer = temporal.withAbortSignal(over.signal, limited).finally(() => underWay.delete(answer));
  underWay.add(answer);
  try {
    return await Promise.race([answer, ended]);
  } finally {
    end.removeEventListener('abort', giveUp);
  }
}
