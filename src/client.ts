// The library that backends and apps import: starts, watches, answers and ends runs. It never imports the worker.
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionInfo,
  type WorkflowExecutionStatusName,
  type WorkflowHandle,
} from '@temporalio/client';
import { InternalWorkflowStartOptionsSymbol } from '@temporalio/client/lib/internal.js';
import {
  decodeArrayFromPayloads,
  extstoreInboundOptions,
  visit,
  walkGetWorkflowExecutionHistoryResponse,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import { AccountDetailsError, InputError } from './client-errors.js';
import { readTogether, type Environment } from './environment.js';
import {
  accountDetailsWorkflowId,
  answerName,
  progressName,
  taskQueue,
  workflowType,
  type AnswerOutcome,
  type Progress,
  type ResolvedInput,
  type RetrieveAccountDetailsInput,
  type RetrieveAccountDetailsResult,
  type SecurityAnswers,
  type Stage,
} from './contract.js';
import { inputMessage, parseInput } from './input.js';
import { describeRun } from './run-description.js';
import { errorFromTemporal } from './client-failures.js';
import { differingFields } from './join.js';
import { turnOf, type TurnOptions } from './priority.js';
import { connectTo, loadTemporalConfig } from './temporal/connection.js';
import { dataConverterFor, loadPayloadConfig } from './temporal/payloads.js';
import { openPayloadStore } from './temporal/storage/storage.js';

export * from './client-errors.js';

export interface StartedRun {
  workflowId: string;
  runId: string;
  /** False where an open run with the same input was joined. */
  started: boolean;
}

export interface StartOptions extends TurnOptions {
  /** For credentials only: an opaque id of the caller's own. */
  workflowId?: string;
  /** Makes a start safe to send again: with the same id it begins no second run, also once the first has closed. */
  requestId?: string;
}

export interface RunStatus {
  workflowId: string;
  runId: string;
  status: WorkflowExecutionStatusName;
  /** Absent where no worker answered. */
  progress?: Progress;
}

/** A run as lists show it, from its search attributes. */
export interface RunSummary {
  workflowId: string;
  runId: string;
  status: WorkflowExecutionStatusName;
  stage: Stage | undefined;
  since: Date | undefined;
  institution: string | undefined;
  lastFlinksCode: string | undefined;
}

export interface ListFilter {
  stage?: Stage;
  institution?: string;
  limit?: number;
}

/** A worker that takes longer than this to answer is not there. */
const answerTimeoutMs = 10_000;

/**
 * Connects by Temporal's environment configuration and encrypts by `PAYLOAD_…`. Throws a ConfigurationError, or a
 * ServerUnreachableError within 5 s.
 */
export async function connectClient(environment: Environment = process.env): Promise<AccountDetailsClient> {
  const [temporal, payloads, store] = readTogether(
    () => loadTemporalConfig(environment),
    () => loadPayloadConfig(environment),
    () => openPayloadStore(environment),
  );
  const connection = await connectTo(temporal);
  const dataConverter = dataConverterFor(payloads, temporal.namespace, store);
  return new AccountDetailsClient(new Client({ connection, namespace: temporal.namespace, dataConverter }));
}

/** Starts and follows runs, each named by its workflow id. Every error it throws on purpose is an AccountDetailsError. */
export class AccountDetailsClient {
  private readonly temporal: Client;

  constructor(temporal: Client) {
    this.temporal = temporal;
  }

  /**
   * Starts a run, or joins the open one of the same login if its input means the same. The workflow id follows from the
   * LoginId; for credentials it is `workflowId`, or a new opaque one. A run that is joined keeps its turn. Throws an
   * InputError that names the fields.
   */
  async start(input: RetrieveAccountDetailsInput, options: StartOptions = {}): Promise<StartedRun> {
    const resolved = checkInput(input);
    const turn = turnOf(options);
    const workflowId =
      'loginId' in resolved.login
        ? accountDetailsWorkflowId(resolved.login.loginId)
        : (options.workflowId ?? accountDetailsWorkflowId(randomUUID()));
    for (;;) {
      try {
        const handle = await this.temporal.workflow.start(workflowType, {
          taskQueue,
          workflowId,
          args: [input],
          ...turn,
          ...describeRun(resolved),
          // The SDK sends a random one otherwise, and has no public option for it.
          ...(options.requestId !== undefined && {
            [InternalWorkflowStartOptionsSymbol]: { requestId: options.requestId },
          }),
        });
        return { workflowId, runId: handle.firstExecutionRunId, started: true };
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw errorFromTemporal(error, workflowId);
      }
      const joined = await this.join(workflowId, resolved);
      // Without an open run to join it closed in between, and may be started again.
      if (joined) return joined;
    }
  }

  /** Where a run stands, open or closed. */
  async status(workflowId: string): Promise<RunStatus> {
    const { runId, status } = await this.calling(workflowId, (handle) => handle.describe());
    const progress = await this.progress(workflowId).catch((error: unknown) => {
      if (error instanceof AccountDetailsError && error.code === 'NoWorker') return undefined;
      throw error;
    });
    return { workflowId, runId, status: status.name, ...(progress && { progress }) };
  }

  /** Where the newest run stands as lists show it, but at once. Asks no worker. */
  async summary(workflowId: string): Promise<RunSummary> {
    return this.calling(workflowId, async (handle) => summaryOf(await handle.describe()));
  }

  /** What the run says of itself. Needs a worker, also after the run has closed: throws `NoWorker` without one. */
  async progress(workflowId: string): Promise<Progress> {
    return this.calling(workflowId, (handle) =>
      this.temporal.withDeadline(Date.now() + answerTimeoutMs, () => handle.query<Progress>(progressName)),
    );
  }

  /**
   * Answers the bank. What is not given of round, requestId and answerId is filled in from the open challenge, so that
   * an answer sent twice counts once. Throws an AnswerRejectedError that says why it was not taken.
   */
  async answer(workflowId: string, answer: SecurityAnswers): Promise<AnswerOutcome> {
    return this.calling(workflowId, async (handle) => {
      const { round, requestId } = await this.progress(workflowId);
      const { answerId = randomUUID(), ...rest } = answer;
      const full: SecurityAnswers = { round, ...(requestId !== undefined && { requestId }), ...rest, answerId };
      return this.temporal.withDeadline(Date.now() + answerTimeoutMs, () =>
        handle.executeUpdate<AnswerOutcome, [SecurityAnswers]>(answerName, { args: [full], updateId: answerId }),
      );
    });
  }

  /** Waits for the run's result. Throws a RunFailedError whose code is the contract's failure type. */
  async result(workflowId: string): Promise<RetrieveAccountDetailsResult> {
    return this.calling(workflowId, (handle) => handle.result() as Promise<RetrieveAccountDetailsResult>);
  }

  /** Cancels a run and returns when it is closed. Throws `RunClosed` where it ended otherwise or had ended before. */
  async cancel(workflowId: string): Promise<void> {
    const closed = new AccountDetailsError('RunClosed', `Run ${workflowId} has already ended.`);
    await this.calling(workflowId, async (handle) => {
      if ((await handle.describe()).status.name !== 'RUNNING') throw closed;
      await handle.cancel();
      await handle.result().catch(() => undefined);
      if ((await handle.describe()).status.name !== 'CANCELLED') throw closed;
    });
  }

  /** Runs by stage and institution, the newest first. A run is listed a moment after its stage changed. */
  async *list({ stage, institution, limit = 100 }: ListFilter = {}): AsyncGenerator<RunSummary> {
    const conditions = [
      `WorkflowType = '${workflowType}'`,
      ...(stage === undefined ? [] : [`FlinksStage = ${quoted(stage)}`]),
      ...(institution === undefined ? [] : [`FlinksInstitution = ${quoted(institution)}`]),
    ];
    let left = limit;
    if (left <= 0) return;
    for await (const run of this.temporal.workflow.list({
      query: conditions.join(' AND '),
      pageSize: Math.min(limit, 1_000),
    })) {
      yield summaryOf(run);
      if (--left === 0) return;
    }
  }

  /** Yields the status whenever it changed, for the last time when the run has closed. */
  async *watch(workflowId: string, { everyMs = 1_000, signal }: { everyMs?: number; signal?: AbortSignal } = {}) {
    let last = '';
    for (;;) {
      const status = await this.status(workflowId);
      const now = JSON.stringify(status);
      if (now !== last) yield status;
      if (status.status !== 'RUNNING') return;
      last = now;
      await setTimeout(everyMs, undefined, signal && { signal });
    }
  }

  async close(): Promise<void> {
    await this.temporal.connection.close();
  }

  /** Joins the open run if its input means the same; undefined where no run is open. */
  private async join(workflowId: string, input: ResolvedInput): Promise<StartedRun | undefined> {
    return this.calling(workflowId, async (handle) => {
      const { runId, status } = await handle.describe();
      if (status.name !== 'RUNNING') return undefined;
      const fields = differingFields(input, await this.inputOf(workflowId, runId));
      if (fields.length === 0) return { workflowId, runId, started: false };
      const message = `Run ${workflowId} is open with another input: ${fields.join(', ')} differ. Wait for its end or cancel it.`;
      throw new InputError('InputConflict', message, fields);
    });
  }

  /** The input with which a run was started, from its first event: this asks no worker. */
  private async inputOf(workflowId: string, runId: string): Promise<unknown> {
    const { loadedDataConverter } = this.temporal.options;
    const first = await this.temporal.workflowService.getWorkflowExecutionHistory({
      namespace: this.temporal.options.namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1,
    });
    await visit(
      first,
      walkGetWorkflowExecutionHistoryResponse,
      extstoreInboundOptions(loadedDataConverter.externalStorage),
    );
    const payloads = first.history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
    const context = { type: 'workflow', namespace: this.temporal.options.namespace, workflowId } as const;
    const [input] = (await decodeArrayFromPayloads(loadedDataConverter, payloads, context)) ?? [];
    return input;
  }

  private async calling<T>(workflowId: string, call: (handle: WorkflowHandle) => Promise<T>): Promise<T> {
    try {
      return await call(this.temporal.workflow.getHandle(workflowId));
    } catch (error) {
      throw errorFromTemporal(error, workflowId);
    }
  }
}

/** Checks an input as `start` does, without a server, and applies the defaults. Throws an InputError. */
export function checkInput(input: unknown): ResolvedInput {
  const read = parseInput(input);
  if ('input' in read) return read.input;
  const fields = read.problems.map(({ field }) => field);
  throw new InputError('InvalidInput', inputMessage(read.problems), fields);
}

type ListedRun = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'searchAttributes'>;

function summaryOf({ workflowId, runId, status, searchAttributes }: ListedRun): RunSummary {
  const attribute = (name: string) => searchAttributes[name]?.[0];
  return {
    workflowId,
    runId,
    status: status.name,
    stage: attribute('FlinksStage') as Stage | undefined,
    since: attribute('FlinksStageSince') as Date | undefined,
    institution: attribute('FlinksInstitution') as string | undefined,
    lastFlinksCode: attribute('FlinksCode') as string | undefined,
  };
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
