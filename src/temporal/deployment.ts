// Which build of the worker takes new runs. The server decides it, among the workers that have a WORKER_BUILD_ID.
import { isGrpcServiceError, type WorkflowService } from '@temporalio/client';
import proto from '@temporalio/proto';

/** All builds of this worker belong to the deployment of this name. */
export const deploymentName = 'flinks-account-details';

/** `current` and `ramping` builds get new runs; a `draining` one still has runs of its own, a `drained` one has none. */
export type BuildStatus = 'current' | 'ramping' | 'draining' | 'drained' | 'inactive';

export interface Deployment {
  /** The build that takes new runs. If it is absent, new runs wait for a worker without a build. */
  current?: string;
  /** Whether every part of the task queue has heard which build is current. */
  settled: boolean;
  /** The builds that the server knows of, the newest first. */
  builds: { buildId: string; status: BuildStatus }[];
}

/** Any client or connection of Temporal's. */
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

/** The number of gRPC's status code. */
const notFound = 5;

/** The builds of this worker in a namespace. Undefined if no worker has ever polled with a `WORKER_BUILD_ID`. */
export async function describeDeployment(
  { workflowService }: Temporal,
  namespace: string,
): Promise<Deployment | undefined> {
  const described = await workflowService
    .describeWorkerDeployment({ namespace, deploymentName })
    .catch((error: unknown) => {
      if (isGrpcServiceError(error) && error.code === notFound) return undefined;
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

/** Sends new runs to this build. Open runs stay on the build that began them. Rejects if no worker of the build polls. */
export async function setCurrentBuild(
  { workflowService }: Temporal,
  namespace: string,
  buildId: string,
): Promise<void> {
  await workflowService.setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId });
}
