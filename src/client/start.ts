// Starting a run, and joining the one that is open already.
import { WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { calling, isOpen, queryProgress, waitingForRun, type CallOptions } from './temporal-call.js';
import { shownId } from '../contract/copyable.js';
import { AccountDetailsError, InputError } from '../contract/errors.js';
import {
  accountDetailsWorkflowId,
  holdType,
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
  for (;;) {
    try {
      return { ...(await begin(start, options)), workflowId, started: true };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const joined = await join(temporal, workflowId, resolved, options);
    // It closed in the meantime, so it may be started again.
    if (joined) return joined;
  }
}

/** The id of the login is taken, but not by a run that could be joined. */
function notOurs(workflowId: string, type: string, parent = ''): InputError {
  const holder = type === holdType ? `run ${parent} of the same login` : `a workflow of type ${type}`;
  const message = `The workflow id ${workflowId} is taken by ${holder}. Wait for its end or cancel it.`;
  return new InputError('InputConflict', message, ['workflowId']);
}

/** Joins the open run if its input means the same; undefined if no run is open. */
const join = (temporal: Client, workflowId: string, input: ResolvedInput, { signal }: CallOptions) =>
  calling(temporal, workflowId, { answeredBy: 'server', signal }, async (handle) => {
    const { runId, status, type, parentExecution } = await handle.describe();
    if (!isOpen(status.name)) return undefined;
    if (type !== workflowType) throw notOurs(workflowId, type, parentExecution?.workflowId ?? '');
    const fields = differingFields(input, await inputOf(temporal, { workflowId, runId }));
    if (fields.length === 0) return { workflowId, runId, started: false as const };
    const message = `Run ${shownId(workflowId)} is open with another input: ${fields.join(', ')} differ. Wait for its end or cancel it.`;
    throw new InputError('InputConflict', message, fields);
  });
