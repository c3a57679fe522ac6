// Which work the server gives to a worker, and how fast.
import { createHash } from 'node:crypto';
import type { Logger } from '@temporalio/common';
import type { WorkerOptions } from '@temporalio/worker';
import { ownVersion } from '../process/version.js';
import { deploymentName, describeDeployment, type Temporal } from '../temporal/deployment.js';

/**
 * A worker that names its build keeps the runs that began on it, and gets new ones while its build is current. A worker
 * without a build takes whatever comes, and leaves its version and a mark of its workflow code in each workflow task: the
 * SDK's own mark is five times as long, and there are two in a task.
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

/** Says that a worker of a build will wait in vain, where no build is current. */
export async function warnWithoutCurrentBuild(logger: Logger, temporal: Temporal, namespace: string): Promise<void> {
  // A server that cannot say is no reason not to work.
  const deployment = await describeDeployment(temporal, namespace).catch(() => ({ current: 'unknown' }));
  if (deployment?.current === undefined)
    logger.warn('No build is current, so this worker gets no new runs. Run starter deploy set-current with its build.');
}

/** Opening a session mints a token before it logs in. Every other activity makes one call. */
const mostCallsOfAnActivity = 2;

/** Lets the server hand out, to all workers together, no more activities than make so many calls a second. */
export const atMost = (callsPerSecond: number | undefined): Partial<WorkerOptions> =>
  callsPerSecond === undefined
    ? {}
    : {
        maxTaskQueueActivitiesPerSecond: callsPerSecond / mostCallsOfAnActivity,
        // An eager activity passes by the queue, and by its limit.
        maxEagerActivityReservationsPerWorkflowTask: 0,
      };
