// Finds runs that may be deleted for good. Nothing is decoded for this, so no payload key is needed.
import type { WorkflowService } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { besideId, holdType, turnId, turnType, workflowType } from '../contract.js';
import { AccountDetailsError } from '../contract/errors.js';
import { isGrpcError } from '../sdk-internals/grpc-status.js';
import { tsToMs } from '../sdk-internals/time.js';
import { errorFromTemporal } from './errors.js';
import { quoted, runsWithId, withType } from './list-query.js';

type ExecutionInfo = temporal.api.workflow.v1.IWorkflowExecutionInfo;

/** One run of a workflow id. */
export interface ErasableRun {
  runId: string;
  /** Our workflows start runs of types of their own, too: those that hold an id, and turns. */
  type: string;
  /** Milliseconds since 1970; undefined while the run is open. */
  closedAt: number | undefined;
  /** The run that this one was reset to. It reads payloads that this one stored. */
  resetTo: string | undefined;
  /** The run under another id that held this id for its login. It has what the login's own runs have: an input and a result. */
  parent?: { workflowId: string; runId: string };
  /** How many of its payloads are in a store. The server counts them, and may miss some. */
  storedPayloads: number;
}

export interface ErasableRuns {
  /** The runs of a workflow id. The newest one is among them even if lists do not know it yet. */
  runsOf(workflowId: string): Promise<ErasableRun[]>;
  /** The same, with those of workflow types that are not ours. */
  runsOfAnyType(workflowId: string): Promise<ErasableRun[]>;
  /** The workflow ids that runs of this id, or of its login, were given beside it: turns, and names of runs under other ids. */
  idsBeside(workflowId: string): Promise<string[]>;
  /** The workflow ids that have a run which closed before this time. */
  idsClosedBefore(time: number): Promise<string[]>;
  /** The run ids of a workflow id that the server still lists. */
  listed(workflowId: string): Promise<string[]>;
  /** A run, asked for by its id and not by a list; undefined if there is none. Without a run id, the newest one. */
  describe(workflowId: string, runId?: string): Promise<ErasableRun | undefined>;
}

const erasableTypes: readonly string[] = [workflowType, holdType, turnType];
const pageSize = 1_000;

/** Those of these runs that closed before `time`. A run that was reset stays as long as the run that continues it. */
export function closedBefore(runs: readonly ErasableRun[], time: number): ErasableRun[] {
  const stays = ({ closedAt, resetTo }: ErasableRun): boolean => {
    if (closedAt === undefined || closedAt >= time) return true;
    const next = runs.find(({ runId }) => runId === resetTo);
    return next !== undefined && stays(next);
  };
  return runs.filter((run) => !stays(run));
}

/** Finds runs of one namespace. */
export function createErasableRuns(service: WorkflowService, namespace: string): ErasableRuns {
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
  async function describe(workflowId: string, runId = ''): Promise<ErasableRun | undefined> {
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
  async function runsOfAnyType(workflowId: string): Promise<ErasableRun[]> {
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
    (await runsOfAnyType(workflowId)).filter(({ type }) => erasableTypes.includes(type));

  async function idsBeside(workflowId: string): Promise<string[]> {
    const names = `WorkflowId STARTS_WITH ${quoted(besideId(workflowId, ''))} OR WorkflowId = ${quoted(turnId(workflowId))}`;
    const beside = await list(`${withType(holdType, turnType)} AND (${names})`);
    return idsOf(beside);
  }

  async function idsClosedBefore(time: number): Promise<string[]> {
    const before = new Date(time).toISOString();
    const types = withType(...erasableTypes);
    return idsOf(await list(`${types} AND ExecutionStatus != 'Running' AND CloseTime < '${before}'`));
  }

  const listed = async (workflowId: string): Promise<string[]> =>
    (await list(runsWithId(workflowId))).map(({ execution }) => execution?.runId ?? '');

  return { runsOf, runsOfAnyType, idsBeside, idsClosedBefore, listed, describe };
}

const idsOf = (runs: readonly ExecutionInfo[]): string[] => [
  ...new Set(runs.map(({ execution }) => execution?.workflowId ?? '')),
];

const runFrom = (info: ExecutionInfo, resetTo?: string | null): ErasableRun => ({
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
