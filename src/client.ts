// The library that backends and apps import: starts, watches, answers and ends runs. It never imports the worker.
import { setTimeout as pause } from 'node:timers/promises';
import { Client, type WorkflowExecutionStatusName } from '@temporalio/client';
import { answerBySignal, answerByUpdate } from './client/answer.js';
import {
  calling,
  endCalls,
  isNoWorker,
  isOpen,
  queryProgress,
  resultOf,
  type CallOptions,
} from './client/temporal-call.js';
import { cancelRun } from './client/cancel.js';
import { WaitEndedError } from './contract/errors.js';
import { listRuns, listedRun, type ListFilter, type ListedRun } from './client/list.js';
import {
  startRun,
  startRunAndWait,
  type StartedRun,
  type StartedRunWithProgress,
  type StartOptions,
} from './client/start.js';
import type {
  AnswerOutcome,
  Progress,
  RetrieveAccountDetailsInput,
  RetrieveAccountDetailsResult,
  SecurityAnswers,
} from './contract.js';
import type { Environment } from './config/environment.js';
import { connectTo } from './temporal/connection.js';
import { dataConverterFor } from './temporal/payloads.js';
import { loadSettings } from './temporal/settings.js';

export * from './contract/errors.js';
export { checkInput, type StartedRun, type StartedRunWithProgress, type StartOptions } from './client/start.js';
export { isOpen, type CallOptions } from './client/temporal-call.js';
export type { PriorityOptions } from './client/priority.js';
export type { ListFilter, RunStatusName, ListedRun } from './client/list.js';
export { ConfigurationError, type ConfigurationProblem, type Environment } from './config/environment.js';
export { accountDetailsWorkflowId, failureTypes, rejectionTypes, stages } from './contract.js';
export type {
  AnswerOutcome,
  Challenge,
  FailureType,
  Progress,
  RejectionType,
  RetrieveAccountDetailsInput,
  RetrieveAccountDetailsResult,
  SecurityAnswers,
  Stage,
} from './contract.js';

export interface RunStatus {
  workflowId: string;
  runId: string;
  status: WorkflowExecutionStatusName;
  /** Absent if no worker answered. */
  progress?: Progress;
}

export interface WatchOptions extends CallOptions {
  /** Milliseconds between two looks: 1,000 unless given, and 100 at least. */
  everyMs?: number;
}

/**
 * Connects by Temporal's environment configuration and encrypts by `PAYLOAD_…`. Throws a ConfigurationError, or a
 * ServerUnreachableError within 5 s.
 */
export async function connectClient(environment: Environment = process.env): Promise<AccountDetailsClient> {
  const { temporal, payloads, store } = loadSettings(environment);
  const connection = await connectTo(temporal);
  const dataConverter = dataConverterFor(payloads, temporal.namespace, 'client', store);
  return new AccountDetailsClient(new Client({ connection, namespace: temporal.namespace, dataConverter }));
}

/**
 * Starts and follows runs, each named by its workflow id. Every error it throws on purpose is an AccountDetailsError with
 * a stable code. What needs a worker throws `NoWorker` after 10 s without one, what needs only the server throws
 * `ServerUnreachable`; waiting for a run has no end but the caller's `signal`.
 */
export class AccountDetailsClient {
  private readonly temporal: Client;

  constructor(temporal: Client) {
    this.temporal = temporal;
  }

  /**
   * Starts a run, or joins the open one of the same login if its input means the same. The workflow id follows from the
   * LoginId; for credentials it is `workflowId`, or an opaque one that is the same for the same institution and username. Needs no worker. A run that is joined keeps its priority.
   * Throws an InputError that names the fields.
   */
  async start(input: RetrieveAccountDetailsInput, options: StartOptions = {}): Promise<StartedRun> {
    return startRun(this.temporal, input, options);
  }

  /**
   * Starts or joins as `start` does, and returns when the bank asks something or the run has ended, however it did. One
   * request does all of it. If no worker takes the run, `NoWorker` comes after 5 to 15 s. The run is started all the same,
   * and goes on once a worker runs.
   */
  async startAndWaitForChallenge(
    input: RetrieveAccountDetailsInput,
    options: StartOptions = {},
  ): Promise<StartedRunWithProgress> {
    return startRunAndWait(this.temporal, input, options);
  }

  /** Where a run stands, open or closed. */
  async status(workflowId: string, options: CallOptions = {}): Promise<RunStatus> {
    const described = await calling(this.temporal, workflowId, { ...options, answeredBy: 'server' }, (handle) =>
      handle.describe(),
    );
    const { signal } = options;
    const progress = await this.progress(workflowId, { signal, runId: described.runId }).catch((error: unknown) => {
      if (isNoWorker(error)) return undefined;
      throw error;
    });
    const { runId, status } = described;
    return { workflowId, runId, status: status.name, ...(progress && { progress }) };
  }

  /** A run as lists show it, but without their delay. Asks no worker. */
  async listed(workflowId: string, options: CallOptions = {}): Promise<ListedRun> {
    return calling(this.temporal, workflowId, { ...options, answeredBy: 'server' }, async (handle) =>
      listedRun(await handle.describe()),
    );
  }

  /** What the run reports. Needs a worker, even after the run has closed: throws `NoWorker` without one. */
  async progress(workflowId: string, options: CallOptions = {}): Promise<Progress> {
    return queryProgress(this.temporal, workflowId, options);
  }

  /**
   * Answers the bank. Give the `round` and the `requestId` of the progress that was shown to whoever answers, so that the
   * answer reaches no other question. Without a round, answers equal to the last ones are refused as a double click. An
   * answer with the answerId of one that was taken counts once and has its outcome, whether it came by update or by
   * signal; with other answers or for another round it is `DuplicateAnswer`. Throws an AnswerRejectedError that says why
   * it was not taken.
   */
  async answer(workflowId: string, answer: SecurityAnswers, options: CallOptions = {}): Promise<AnswerOutcome> {
    return answerByUpdate(this.temporal, workflowId, answer, options);
  }

  /**
   * Answers the bank by signal: returns once the server has it, and a refusal shows only in `progress`. Needs no worker.
   */
  async signalAnswer(workflowId: string, answer: SecurityAnswers, options: CallOptions = {}): Promise<void> {
    return answerBySignal(this.temporal, workflowId, answer, options);
  }

  /**
   * Waits for the run's result, however long it takes, and for no later run of the same id. Throws a RunFailedError whose code
   * is the contract's failure type. Give the `runId` of a start to get that run's result, whatever was started later.
   */
  async result(workflowId: string, { signal, runId }: CallOptions = {}): Promise<RetrieveAccountDetailsResult> {
    const described = await calling(this.temporal, workflowId, { answeredBy: 'server', signal, runId }, (handle) =>
      handle.describe(),
    );
    return resultOf(this.temporal, workflowId, described.runId, { signal });
  }

  /**
   * Cancels a run and returns when it is closed. Throws `RunClosed` if it ended otherwise or had ended before, and
   * `NoWorker` if there is no worker to close it: it closes once there is one.
   */
  async cancel(workflowId: string, options: CallOptions = {}): Promise<void> {
    return cancelRun(this.temporal, workflowId, options);
  }

  /** Runs by stage, institution and status, the newest first. A run is listed a moment after its stage changed. */
  list(filter: ListFilter = {}, options: CallOptions = {}): AsyncGenerator<ListedRun> {
    return listRuns(this.temporal, filter, options);
  }

  /** Yields the status whenever it changed, for the last time when the run has closed. Follows one run, from its first look on. */
  async *watch(workflowId: string, { everyMs = 1_000, signal, runId }: WatchOptions = {}): AsyncGenerator<RunStatus> {
    let last = '';
    let followed = runId;
    for (;;) {
      const status = await this.status(workflowId, { signal, runId: followed });
      followed = status.runId;
      const now = JSON.stringify(status);
      if (now !== last) yield status;
      if (!isOpen(status.status)) return;
      last = now;
      await pause(Math.max(everyMs, 100), undefined, signal && { signal }).catch((error: unknown) => {
        throw signal?.aborted ? new WaitEndedError(workflowId, signal) : error;
      });
    }
  }

  /**
   * Closes the connection, once the calls that are under way have ended. Whatever still waits for a run is given up with
   * `WaitAborted`; the runs go on.
   */
  async close(): Promise<void> {
    await endCalls(this.temporal);
    await this.temporal.connection.close();
  }
}
