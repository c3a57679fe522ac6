// Deletes runs from Temporal for good: their histories, their entries in lists, and their stored payloads. Nothing is
// decoded for this, so no payload key is needed.
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowService } from '@temporalio/client';
import { shownId } from '../contract/copyable.js';
import { isGrpcError } from '../sdk-internals/grpc-status.js';
import { createErasableRuns, type ErasableRun, type ErasableRuns } from './erasable-runs.js';
import { errorFromTemporal } from './errors.js';
import type { PayloadStore } from './storage/payload-store.js';

export interface Erasure extends Pick<ErasableRuns, 'runsOf' | 'idsBeside' | 'idsClosedBefore'> {
  /**
   * Deletes these closed runs and what is stored for them, and resolves with the number of stored payloads once the
   * server no longer finds any of the runs. What does not belong to a single run is deleted with the last run of the id.
   * Throws a RunsStillFoundError if the server makes no progress, and `PayloadStore` if the store fails.
   */
  erase(workflowId: string, runs: readonly ErasableRun[]): Promise<number>;
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

/** How long the server may make no progress with a deletion. For a run that has only just closed, half a minute is usual. */
const stallMs = 180_000;

/** Erases runs of one namespace. Without a store, only what is in Temporal itself is deleted. */
export function createErasure(service: WorkflowService, namespace: string, store: PayloadStore | undefined): Erasure {
  const there = createErasableRuns(service, namespace);

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
    const othersStay = (await there.runsOfAnyType(workflowId)).some(({ runId }) => !going.has(runId));
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
      const found = new Set(await there.listed(workflowId));
      const described = await Promise.all(left.map((runId) => there.describe(workflowId, runId)));
      for (const run of described) if (run) found.add(run.runId);
      const still = left.filter((runId) => found.has(runId));
      if (still.length < left.length) giveUpAt = Date.now() + stallMs;
      else if (Date.now() > giveUpAt) throw new RunsStillFoundError(workflowId, still.length);
      left = still;
    }
  }

  return { ...there, erase };
}

const isNotFound = (error: unknown): boolean => isGrpcError(error, 'notFound');
