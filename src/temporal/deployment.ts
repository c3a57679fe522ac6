// Which build of the worker takes new runs. The server decides this among the workers that name their build.
import type { WorkflowService } from '@temporalio/client';
import proto from '@temporalio/proto';
import { isGrpcError } from '../sdk-internals/grpc-status.js';

/** All builds of this worker belong to the deployment of this name. */
export const deploymentName = 'flinks-account-details';

/** `current` and `ramping` builds get new runs; a `draining` one still has runs of its own, a `drained` one has none. */
export type BuildStatus = 'current' | 'ramping' | 'draining' | 'drained' | 'inactive';

export interface Deployment {
  /** The build that takes new runs. Absent if none does: then new runs wait for a worker without a build. */
  current?: string;
  /** Whether every part of the task queue has heard which build is current. */
  settled: boolean;
  /** The builds that the server knows of, the newest first. */
  builds: { buildId: string; status: BuildStatus }[];
}

/** Any client of Temporal, or a connection to it. */
export interface Temporal {
  workflowService: WorkflowService;
}

const { RoutingConfigUpdateState, WorkerDeploymentVersionStatus: Status } = proto.temporal.api.enums.v1;

const statuses: Record<number, BuildStatus> = {
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_CURRENT]: 'current',
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_RAMPING]: 'ramping',
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINING]: 'draining',
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED]: 'drained',
};

/** The builds of this worker in a namespace; undefined if no worker has ever polled with a `WORKER_BUILD_ID`. */
export async function describeDeployment(
  { workflowService }: Temporal,
  namespace: string,
): Promise<Deployment | undefined> {
  const described = await workflowService
    .describeWorkerDeployment({ namespace, deploymentName })
    .catch((error: unknown) => {
      if (isGrpcError(error, 'notFound')) return undefined;
      throw error;
    });
  const info = described?.workerDeploymentInfo;
  if (!info) return undefined;
  const current = info.routingConfig?.currentDeploymentVersion?.buildId;
  const seconds = (time: proto.google.protobuf.ITimestamp | null | undefined) => Number(time?.seconds ?? 0);
  const summaries = (info.versionSummaries ?? []).toSorted(
    (one, other) => seconds(other.createTime) - seconds(one.createTime),
  );
  return {
    ...(current && { current }),
    settled: info.routingConfigUpdateState !== RoutingConfigUpdateState.ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS,
    builds: summaries.map(({ deploymentVersion, status }) => ({
      buildId: deploymentVersion?.buildId ?? '',
      status: statuses[status ?? 0] ?? 'inactive',
    })),
  };
}

/** Lets new runs go to this build. Open runs stay on the build on which they began. Rejects if no worker of the build polls. */
export async function setCurrentBuild(
  { workflowService }: Temporal,
  namespace: string,
  buildId: string,
): Promise<void> {
  await workflowService.setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId });
}
