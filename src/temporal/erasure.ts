// Deletes runs from Temporal for good: their histories, their entries in lists, and their stored payloads. Nothing is
// decoded for this, so no payload key is needed.
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowService } from '@temporalio/client';
import { tsToMs } from '../sdk-internals/time.js';
import type { temporal } from '@temporalio/proto';
import { shownId } from '../contract/copyable.js';
import { AccountDetailsError } from '../contract/errors.js';
import { errorFromTemporal } from './errors.js';
import { holdType, workflowType } from '../contract.js';
import { isGrpcError } from '../sdk-internals/grpc-status.js';
import { ourRuns, runsWithId } from './list-query.js';
import type { PayloadStore } from './storage/payload-store.js';

type ExecutionInfo = temporal.api.workflow.v1.IWorkflowExecutionInfo;

/** One run of a workflow id. */
export interface ErasableRun {
  runId: string;
  /** Milliseconds since 1970; undefined while the run is open. */
  closedAt: number | undefined;
  /** The run that this one was reset to. It reads payloads that this one stored. */
  resetTo: string | undefined;
  /** The run under another id that held this id for its login. It has what the login's own runs have: an input and a result. */
  parent?: { workflowId: string; runId: string };
  /** How many of its payloads are in a store. The server counts them, and may miss some. */
  storedPayloads: number;
}

export interface Erasure {
  /** The runs of a workflow id. The newest one is among them even if lists do not know it yet. */
  runsOf(workflowId: string): Promise<ErasableRun[]>;
  /** The workflow ids that have a run which closed before this time. */
  idsClosedBefore(time: number): Promise<string[]>;
  /**
   * Deletes these closed runs and what is stored for them, and resolves with the number of stored payloads once the
   * server no longer finds any of the runs. What does not belong to a single run is deleted with the last run of the id.
   * Throws a RunsStillFoundError if the server makes no progress, and `PayloadStore` if the store fails.
   */
  erase(workflowId: string, runs: readonly ErasableRun[]): Promise<number>;
}

interface TypedRun extends ErasableRun {
  type: string;
}

/** The server accepted the deletion but did not carry it out in time. */
export class RunsStillFoundError extends Error {
  override readonly name = 'RunsStillFoundError';

  constructor(workflowId: string, count: number) {
    super(
      `The Temporal server accepted the deletion but still finds ${count} of the runs of ${shownId(workflowId)}. Wait a few minutes, then run this command again.`,
    );
  }
}

/** Those of these runs that closed before `time`. A run that was reset stays as long as the run that continues it. */
export function closedBefore(runs: readonly ErasableRun[], time: number): ErasableRun[] {
  const stays = ({ closedAt, resetTo }: ErasableRun): boolean => {
    if (closedAt === undefined || closedAt >= time) return true;
    const next = runs.find(({ runId }) => runId === resetTo);
    return next !== undefined && stays(next);
  };
  return runs.filter((run) => !stays(run));
}

/** How long the server may make no progress with a deletion. For a run that has only just closed, half a minute is usual. */
const stallMs = 180_000;
const pageSize = 1_000;

/** Erases runs of one namespace. Without a store, only what is in Temporal itself is deleted. */
export function createErasure(service: WorkflowService, namespace: string, store: PayloadStore | undefined): Erasure {
  async function list(query: string): Promise<ExecutionInfo[]> {
    const found: ExecutionInfo[] = [];
    let nextPageToken = new Uint8Array();
    do {
      const page = await service
        .listWorkflowExecutions({ namespace, query, pageSize, nextPageToken })
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw errorFromTemporal(error, '');
          throw new AccountDetailsError('NoSuchNamespace', `The Temporal server has no namespace ${namespace}.`);
        });
      found.push(...page.executions);
      nextPageToken = new Uint8Array(page.nextPageToken);
    } while (nextPageToken.length > 0);
    return found;
  }

  /** Asks about the run itself: a list knows less, and knows it later. Without a run id, about the newest run. */
  async function describe(workflowId: string, runId = ''): Promise<TypedRun | undefined> {
    try {
      const execution = { workflowId, runId };
      const { workflowExecutionInfo: info, workflowExtendedInfo: more } = await service.describeWorkflowExecution({
        namespace,
        execution,
      });
      return info ? runFrom(info, more?.resetRunId) : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw errorFromTemporal(error, workflowId);
    }
  }

  /** Another workflow type may use the same id. Its runs are not ours to delete, but their stored payloads must stay. */
  async function runsOfAnyType(workflowId: string): Promise<TypedRun[]> {
    const listed = await list(runsWithId(workflowId));
    const newest = await describe(workflowId);
    const others = listed.map((info) => runFrom(info)).filter(({ runId }) => runId !== newest?.runId);
    const described = await Promise.all(
      // A run that is listed but has no history any more is being deleted, whatever the list says of it.
      others.map(async (run) => (await describe(workflowId, run.runId)) ?? { ...run, closedAt: 0 }),
    );
    return newest ? [newest, ...described] : described;
  }

  const runsOf = async (workflowId: string): Promise<ErasableRun[]> =>
    (await runsOfAnyType(workflowId)).filter(({ type }) => type === workflowType || type === holdType);

  async function idsClosedBefore(time: number): Promise<string[]> {
    const before = new Date(time).toISOString();
    const closed = await list(`${ourRuns} AND ExecutionStatus != 'Running' AND CloseTime < '${before}'`);
    return [...new Set(closed.map(({ execution }) => execution?.workflowId ?? ''))];
  }

  async function erase(workflowId: string, runs: readonly ErasableRun[]): Promise<number> {
    // Stored payloads first: if the store fails, the runs are still there to find them by.
    const payloads = await deleteStored(workflowId, runs);
    for (const { runId } of runs)
      await service
        .deleteWorkflowExecution({ namespace, workflowExecution: { workflowId, runId } })
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw errorFromTemporal(error, workflowId);
        });
    await untilGone(workflowId, runs);
    // A worker learns a moment late that its run was terminated, and may have stored one more payload by then.
    return payloads + (await deleteStored(workflowId, runs));
  }

  async function deleteStored(workflowId: string, runs: readonly ErasableRun[]): Promise<number> {
    if (!store) return 0;
    const going = new Set(runs.map(({ runId }) => runId));
    const othersStay = (await runsOfAnyType(workflowId)).some(({ runId }) => !going.has(runId));
    try {
      if (!othersStay) return await store.deleteStored(namespace, workflowId);
      let deleted = 0;
      for (const runId of going) deleted += await store.deleteStored(namespace, workflowId, runId);
      return deleted;
    } catch (error) {
      throw errorFromTemporal(error, workflowId);
    }
  }

  async function untilGone(workflowId: string, runs: readonly ErasableRun[]): Promise<void> {
    let left = runs.map(({ runId }) => runId);
    let giveUpAt = Date.now() + stallMs;
    for (let pauseMs = 50; left.length > 0; pauseMs = Math.min(pauseMs * 2, 1_000)) {
      await sleep(pauseMs);
      const listed = await list(runsWithId(workflowId));
      const found = new Set(listed.map(({ execution }) => execution?.runId ?? ''));
      const described = await Promise.all(left.map((runId) => describe(workflowId, runId)));
      for (const run of described) if (run) found.add(run.runId);
      const still = left.filter((runId) => found.has(runId));
      if (still.length < left.length) giveUpAt = Date.now() + stallMs;
      else if (Date.now() > giveUpAt) throw new RunsStillFoundError(workflowId, still.length);
      left = still;
    }
  }

  return { runsOf, idsClosedBefore, erase };
}

const runFrom = (info: ExecutionInfo, resetTo?: string | null): TypedRun => ({
  type: info.type?.name ?? '',
  runId: info.execution?.runId ?? '',
  closedAt: info.closeTime ? tsToMs(info.closeTime) : undefined,
  resetTo: resetTo || undefined,
  ...(info.parentExecution?.workflowId && {
    parent: { workflowId: info.parentExecution.workflowId, runId: info.parentExecution.runId ?? '' },
  }),
  storedPayloads: Number(info.externalPayloadCount ?? 0),
});

const isNotFound = (error: unknown): boolean => isGrpcError(error, 'notFound');
