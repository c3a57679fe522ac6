// Whether a worker would take a new run.
import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { taskQueue } from '../../contract.js';
import { tsToMs } from '../../sdk-internals/time.js';
import type { TemporalConfig } from '../../temporal/connection.js';
import { starterCommand } from '../terminal/output.js';
import { findingsOf, type Finding } from './finding.js';

const { TaskQueueType, WorkerVersioningMode } = proto.temporal.api.enums.v1;
const check = findingsOf('workers');

/** A poll lasts a minute at most; the server lists who polled for five. */
const goneAfterMs = 90_000;

/** A worker that polls, and the version of a deployment that it is of where it says so. */
interface Poller {
  identity: string;
  deploymentName?: string | undefined;
  buildId?: string | undefined;
}

/** Whether somebody polls for runs and for activities, and for the version that new runs are given to. */
export async function workersFinding(connection: Connection, { namespace }: TemporalConfig): Promise<Finding> {
  const types = [TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY];
  const [forRuns = [], forActivities = []] = await Promise.all(
    types.map((type) => pollersOf(connection, namespace, type)),
  );
  if (forRuns.length === 0 || forActivities.length === 0)
    return check.fault(
      forRuns.length === forActivities.length
        ? `none polls ${taskQueue}`
        : `none polls ${taskQueue} for ${forRuns.length === 0 ? 'runs' : 'activities'}`,
      'Start one (npm run worker) with the same TEMPORAL_NAMESPACE; runs wait for it.',
    );
  const starving = await starvingDeployment(connection, namespace, forRuns);
  if (starving) return starving;
  const builds = new Set(forRuns.map(({ buildId }) => buildId).filter((id) => id !== undefined));
  const versions = builds.size > 0 ? `, build ${[...builds].join(', ')}` : '';
  return check.ok(`${forRuns.length} polling ${taskQueue}${versions}`);
}

async function pollersOf(connection: Connection, namespace: string, taskQueueType: number): Promise<Poller[]> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType,
  });
  return (pollers ?? [])
    .filter(({ lastAccessTime }) => lastAccessTime && Date.now() - tsToMs(lastAccessTime) < goneAfterMs)
    .map(({ identity, deploymentOptions: options }) => ({
      identity: identity ?? '',
      ...(options?.workerVersioningMode === WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED && {
        deploymentName: options.deploymentName ?? undefined,
        buildId: options.buildId ?? undefined,
      }),
    }));
}

/** Versioned workers get no new run before one of their versions is the current one. */
async function starvingDeployment(
  connection: Connection,
  namespace: string,
  pollers: Poller[],
): Promise<Finding | undefined> {
  const versioned = pollers.find(({ deploymentName }) => deploymentName !== undefined);
  const { deploymentName } = versioned ?? {};
  if (deploymentName === undefined) return undefined;
  const { workerDeploymentInfo } = await connection.workflowService.describeWorkerDeployment({
    namespace,
    deploymentName,
  });
  const current = workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId;
  if (!current && pollers.some(({ buildId }) => buildId === undefined)) return undefined;
  if (!current)
    return check.fault(
      `deployment ${deploymentName} has no current version, so its workers get no new run`,
      `Name one: ${starterCommand} deploy set-current --build-id ${versioned?.buildId}`,
    );
  if (pollers.some(({ buildId }) => buildId === current)) return undefined;
  return check.fault(
    `the current version of deployment ${deploymentName} is ${current}, and no worker of it polls`,
    `Start workers with WORKER_BUILD_ID=${current}, or make another version the current one: ${starterCommand} deploy set-current`,
  );
}
