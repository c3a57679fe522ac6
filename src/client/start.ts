// Starting a run, and joining the one that is open already.
import { setTimeout as pause } from 'node:timers/promises';
import { WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { meantRun } from './meant-run.js';
import { calling, isOpen, queryProgress, waitingForRun, type CallOptions } from './temporal-call.js';
import { shownId } from '../contract/copyable.js';
import { AccountDetailsError, InputError } from '../contract/errors.js';
import {
  accountDetailsWorkflowId,
  taskQueue,
  waitForChallengeName,
  workflowType,
  type Progress,
  type ResolvedInput,
  type RetrieveAccountDetailsInput,
} from '../contract.js';
import { inputMessage, parseInput } from '../contract/input.js';
import { withRequestId } from '../sdk-internals/start-request-id.js';
import { keyedHash } from './keyed-hash.js';
import { differingFields } from './same-input.js';
import { priorityOf, type PriorityOptions } from './priority.js';
import { describeRun } from './run-description.js';
import { readValue } from '../temporal/errors.js';
import { inputOf } from '../temporal/first-event.js';

export interface StartOptions extends CallOptions, PriorityOptions {
  /** For credentials: an opaque id of the caller's own. A LoginId makes its own, and so do credentials without one. */
  workflowId?: string;
  /** Makes a start safe to send again: with the same id it begins no second run, even after the first has closed. */
  startId?: string;
}

export interface StartedRun {
  workflowId: string;
  runId: string;
  /** False if an open run with the same input was joined. */
  started: boolean;
}

export interface StartedRunWithProgress extends StartedRun {
  /** In stage `awaitingAnswers`, or in the stage in which the run ended. */
  progress: Progress;
}

/** Less than Temporal takes: each payload is encrypted for the workflow id, and carries it. */
const longestWorkflowId = 500;

/** Checks an input as `start` does, without a server, and applies the defaults. Throws an InputError. */
export function checkInput(input: unknown): ResolvedInput {
  const read = parseInput(input);
  if ('input' in read) return read.input;
  const fields = read.problems.map(({ field }) => field);
  throw new InputError('InvalidInput', inputMessage(read.problems), fields);
}

/** Starts a run, or joins the open one whose input means the same. */
export const startRun = (
  temporal: Client,
  input: RetrieveAccountDetailsInput,
  options: StartOptions,
): Promise<StartedRun> =>
  startOrJoin(temporal, input, options, (start, { signal }) =>
    calling(temporal, start.workflowId, { answeredBy: 'server', signal }, async () => {
      const { firstExecutionRunId } = await temporal.workflow.start(workflowType, start);
      return { runId: firstExecutionRunId };
    }),
  );

/** The same, and returns when the bank asks something or the run has ended: start, wait and answer are one request. */
export async function startRunAndWait(
  temporal: Client,
  input: RetrieveAccountDetailsInput,
  options: StartOptions,
): Promise<StartedRunWithProgress> {
  const run = await startOrJoin(temporal, input, options, (start, { signal }) =>
    waitingForRun(temporal, start.workflowId, { signal }, async () => {
      const update = await temporal.workflow.startUpdateWithStart<Workflow, Progress, []>(waitForChallengeName, {
        startWorkflowOperation: new WithStartWorkflowOperation(workflowType, start),
        // As executeUpdateWithStart does it, which returns no run id. The type only allows to wait less.
        waitForStage: 'COMPLETED' as 'ACCEPTED',
      });
      return { runId: update.workflowRunId ?? '', progress: readValue(await update.result()) };
    }),
  );
  return 'progress' in run ? run : { ...run, progress: await challengeOf(temporal, run.workflowId, options) };
}

/** Where an open run stands once the bank asks something, or has ended by now. */
async function challengeOf(temporal: Client, workflowId: string, { signal }: CallOptions): Promise<Progress> {
  try {
    return await waitingForRun(temporal, workflowId, { signal }, (handle) =>
      handle.executeUpdate<Progress, []>(waitForChallengeName),
    );
  } catch (error) {
    if (!(error instanceof AccountDetailsError) || error.code !== 'RunClosed') throw error;
    return queryProgress(temporal, workflowId, { signal });
  }
}

type Start = ReturnType<typeof startOf>;

const startOf = (
  workflowId: string,
  input: RetrieveAccountDetailsInput,
  resolved: ResolvedInput,
  options: StartOptions,
) => ({
  taskQueue,
  workflowId,
  args: [input],
  workflowIdConflictPolicy: 'FAIL' as const,
  ...priorityOf(options),
  ...describeRun(resolved),
  ...(options.startId !== undefined && withRequestId(options.startId)),
});

function workflowIdOf(temporal: Client, { login }: ResolvedInput, { workflowId }: StartOptions): string {
  if ('loginId' in login) return accountDetailsWorkflowId(login.loginId);
  if (workflowId === undefined) {
    const parts = ['credentials', temporal.options.namespace, login.institution, login.username];
    return accountDetailsWorkflowId(keyedHash(temporal, parts).slice(0, 32));
  }
  const bytes = Buffer.byteLength(workflowId);
  if (bytes >= 1 && bytes <= longestWorkflowId) return workflowId;
  const message = `The workflow id must have from 1 to ${longestWorkflowId} bytes.`;
  throw new InputError('InvalidInput', message, ['workflowId']);
}

async function startOrJoin<Begun extends { runId: string }>(
  temporal: Client,
  input: RetrieveAccountDetailsInput,
  options: StartOptions,
  begin: (start: Start, options: CallOptions) => Promise<Begun>,
): Promise<(Begun & { workflowId: string; started: true }) | (StartedRun & { started: false })> {
  const resolved = checkInput(input);
  const workflowId = workflowIdOf(temporal, resolved, options);
  const start = startOf(workflowId, input, resolved, options);
  for (let looks = 1; ; looks++) {
    try {
      const begun = await begin(start, options);
      // The server takes a start that was sent before for the same one, whatever is in it.
      if (options.startId !== undefined)
        await refuseOther(temporal, { workflowId, runId: begun.runId }, resolved, options);
      return { ...begun, workflowId, started: true };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const joined = await join(temporal, workflowId, resolved, options);
    if (joined) return joined;
    // It closed in the meantime, so it may be started again. An id that was held from another is free a moment later.
    if (looks === mostLooks) throw conflict(`The workflow id ${shownId(workflowId)} is not free yet. Try again.`);
    if (looks > 1) await pause(betweenLooksMs);
  }
}

const mostLooks = 50;
const betweenLooksMs = 100;

const conflict = (message: string, fields = ['workflowId']): InputError =>
  new InputError('InputConflict', message, fields);

/** Joins the open run if its input means the same; undefined if no run is open. */
async function join(
  temporal: Client,
  workflowId: string,
  input: ResolvedInput,
  { signal }: CallOptions,
): Promise<(StartedRun & { started: false }) | undefined> {
  const { workflowId: meant, runId, status, type } = await meantRun(temporal, workflowId, { signal });
  if (!isOpen(status.name)) return undefined;
  const holder = meant === workflowId ? `a workflow of type ${type}` : `run ${shownId(meant)} of the same login`;
  if (meant !== workflowId || type !== workflowType)
    throw conflict(`The workflow id ${shownId(workflowId)} is taken by ${holder}. Wait for its end or cancel it.`);
  await refuseOther(temporal, { workflowId, runId }, input, { signal });
  return { workflowId, runId, started: false };
}

/** Throws if the run was started with an input that means something else. */
async function refuseOther(
  temporal: Client,
  run: { workflowId: string; runId: string },
  input: ResolvedInput,
  { signal }: CallOptions,
): Promise<void> {
  const other = await calling(temporal, run.workflowId, { answeredBy: 'server', signal }, () => inputOf(temporal, run));
  const fields = differingFields(input, other);
  if (fields.length === 0) return;
  const differ = `${fields.join(', ')} differ`;
  throw conflict(`Run ${shownId(run.workflowId)} has another input: ${differ}. Wait for its end or cancel it.`, fields);
}
