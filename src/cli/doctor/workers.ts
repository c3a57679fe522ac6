// Checks whether a worker would take a new run.
import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { taskQueue } from '../../contract.js';
import { tsToMs } from '../../sdk-internals/time.js';
import type { TemporalConfig } from '../../temporal/settings.js';
import { commandOn, shownId, starterCommand } from '../../contract/copyable.js';
import { findingsOf, type Finding } from './finding.js';

const { TaskQueueType, WorkerVersioningMode } = proto.temporal.api.enums.v1;
const check = findingsOf('workers');

/** A poll lasts a minute at most, but the server lists whoever polled in the last five. */
const goneAfterMs = 90_000;

/** A worker that polls, and the version of a deployment that it belongs to, if it says so. */
interface Poller {
  identity: string;
  deploymentName?: string | undefined;
  buildId?: string | undefined;
}

/** Checks whether workers poll for runs and for activities, and whether the current build has workers. */
export async function checkWorkers(connection: Connection, { namespace }: TemporalConfig): Promise<Finding> {
  const types = [TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY];
  const [forRuns = [], forActivities = []] = await Promise.all(
    types.map((type) => pollersOf(connection, namespace, type)),
  );
  if (forRuns.length === 0 || forActivities.length === 0)
    return check.fault(
      forRuns.length === forActivities.length
        ? `no worker polls task queue ${taskQueue}`
        : `no worker polls task queue ${taskQueue} for ${forRuns.length === 0 ? 'workflow tasks' : 'activities'}`,
      'Start one (npm run worker) with the same TEMPORAL_NAMESPACE. Until then, runs wait.',
    );
  const starving = await faultOfDeployment(connection, namespace, forRuns);
  if (starving) return starving;
  const builds = new Set(forRuns.map(({ buildId }) => buildId).filter((id) => id !== undefined));
  const versions = builds.size > 0 ? `, build ${[...builds].join(', ')}` : '';
  return check.ok(
    `${forRuns.length} ${forRuns.length === 1 ? 'worker polls' : 'workers poll'} task queue ${taskQueue}${versions}`,
  );
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

/** The fault if workers have builds and no worker of the current build polls: new runs wait then. */
async function faultOfDeployment(
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
      `no build of deployment ${deploymentName} is current, so its workers get no new runs`,
      `Make one current: ${commandOn('deploy set-current --build-id', versioned?.buildId ?? '')}`,
    );
  if (pollers.some(({ buildId }) => buildId === current)) return undefined;
  return check.fault(
    `build ${current} of deployment ${deploymentName} is current, but no worker of this build polls`,
    `Start workers with WORKER_BUILD_ID=${shownId(current)}, or make another build current: ${starterCommand} deploy set-current`,
  );
}
