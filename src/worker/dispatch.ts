// Which work the server gives to a worker, and how fast.
import { createHash } from 'node:crypto';
import type { Logger } from '@temporalio/common';
import type { WorkerOptions } from '@temporalio/worker';
import { ownVersion } from '../process/version.js';
import { deploymentName, describeDeployment, type Temporal } from '../temporal/deployment.js';

/**
 * A worker that names its build keeps the runs that began on it, and gets new runs while its build is current. A worker
 * without a build takes every run. It leaves its version and a short hash of its workflow code in each workflow task: the
 * SDK's own hash is five times as long, and each task holds it twice.
 */
export const ofBuild = (buildId: string | undefined, workflowCode: string): Partial<WorkerOptions> =>
  buildId === undefined
    ? { buildId: `${ownVersion()}+${createHash('sha256').update(workflowCode).digest('hex').slice(0, 8)}` }
    : {
        identity: `${buildId}@${process.pid}`,
        workerDeploymentOptions: {
          version: { deploymentName, buildId },
          useWorkerVersioning: true,
          defaultVersioningBehavior: 'PINNED',
        },
      };

/** Warns a worker of a build, if no build is current, that it will get no new runs. */
export async function warnWithoutCurrentBuild(logger: Logger, temporal: Temporal, namespace: string): Promise<void> {
  // If the server cannot say, the worker works all the same.
  const deployment = await describeDeployment(temporal, namespace).catch(() => ({ current: 'unknown' }));
  if (deployment?.current === undefined)
    logger.warn(
      'No build is current, so this worker gets no new runs. Run starter deploy set-current with its WORKER_BUILD_ID.',
    );
}

/** Opening a session mints a token before it logs in. Every other activity makes one call. */
const mostCallsOfAnActivity = 2;

/** Lets the server hand out, to all workers together, no more activities than make so many calls a second. */
export const atMost = (callsPerSecond: number | undefined): Partial<WorkerOptions> =>
  callsPerSecond === undefined
    ? {}
    : {
        maxTaskQueueActivitiesPerSecond: callsPerSecond / mostCallsOfAnActivity,
        // An eager activity bypasses the task queue, and so its limit.
        maxEagerActivityReservationsPerWorkflowTask: 0,
      };
