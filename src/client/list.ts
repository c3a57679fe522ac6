// Lists of runs, from the search attributes that the runs themselves write.
import type { Client, WorkflowExecutionInfo, WorkflowExecutionStatusName } from '@temporalio/client';
import { calling, type CallOptions } from './temporal-call.js';
import { AccountDetailsError, InputError } from '../contract/errors.js';
import { stages, type Stage } from '../contract.js';
import { ourRuns, quoted } from '../temporal/list-query.js';

/** Temporal's statuses, and its word for each in queries. */
const statuses = {
  RUNNING: 'Running',
  COMPLETED: 'Completed',
  FAILED: 'Failed',
  CANCELLED: 'Canceled',
  TERMINATED: 'Terminated',
  TIMED_OUT: 'TimedOut',
} as const;
export type RunStatusName = keyof typeof statuses;

/** A run as lists show it. */
export interface ListedRun {
  workflowId: string;
  runId: string;
  status: WorkflowExecutionStatusName;
  stage: Stage | undefined;
  since: Date | undefined;
  institution: string | undefined;
  lastFlinksCode: string | undefined;
}

export interface ListFilter {
  stage?: Stage | undefined;
  institution?: string | undefined;
  /** `RUNNING` leaves out what was terminated while it waited. */
  status?: RunStatusName | undefined;
  /** 100 unless given; `Infinity` lists all, a page at a time. */
  limit?: number | undefined;
}

const mostOfAPage = 1_000;

export async function* listRuns(
  temporal: Client,
  filter: ListFilter,
  { signal }: CallOptions,
): AsyncGenerator<ListedRun> {
  checkFilter(filter);
  const { limit = 100 } = filter;
  if (limit === 0) return;
  const found = temporal.workflow.list({ query: queryOf(filter), pageSize: Math.min(limit, mostOfAPage) });
  const runs = found[Symbol.asyncIterator]();
  for (let left = limit; left > 0; left--) {
    const { done, value } = await calling(temporal, 'of the list', { answeredBy: 'server', signal }, () =>
      runs.next(),
    ).catch((error: unknown) => {
      throw isBadQuery(error) ? new AccountDetailsError('NoSearchAttributes', unregistered) : error;
    });
    if (done) return;
    yield listedRun(value);
  }
}

function checkFilter({ stage, status, limit = 0 }: ListFilter): void {
  const faults = [
    ...(stage === undefined || stages.includes(stage) ? [] : [['stage', `must be one of ${stages.join(', ')}`]]),
    ...(status === undefined || Object.hasOwn(statuses, status)
      ? []
      : [['status', `must be one of ${Object.keys(statuses).join(', ')}`]]),
    ...((Number.isInteger(limit) && limit >= 0) || limit === Infinity
      ? []
      : [['limit', 'must be a whole number, or Infinity']]),
  ];
  if (faults.length === 0) return;
  const message = `The filter does not fit: ${faults.map((fault) => fault.join(' ')).join('; ')}.`;
  throw new InputError(
    'InvalidInput',
    message,
    faults.map(([field = '']) => field),
  );
}

const queryOf = ({ stage, institution, status }: ListFilter): string =>
  [
    ourRuns,
    ...(stage === undefined ? [] : [`FlinksStage = ${quoted(stage)}`]),
    ...(institution === undefined ? [] : [`FlinksInstitution = ${quoted(institution)}`]),
    ...(status === undefined ? [] : [`ExecutionStatus = ${quoted(statuses[status])}`]),
  ].join(' AND ');

/** What lists show, of a run that was found or asked for. */
export function listedRun({
  workflowId,
  runId,
  status,
  searchAttributes,
}: Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'searchAttributes'>): ListedRun {
  const attribute = (name: string) => searchAttributes[name]?.[0];
  return {
    workflowId,
    runId,
    status: status.name,
    stage: attribute('FlinksStage') as Stage | undefined,
    since: attribute('FlinksStageSince') as Date | undefined,
    institution: attribute('FlinksInstitution') as string | undefined,
    lastFlinksCode: attribute('FlinksCode') as string | undefined,
  };
}

/** The query is ours, so all that can be wrong with it is that the namespace does not know what it asks for. */
const isBadQuery = (error: unknown): boolean => error instanceof AccountDetailsError && error.code === 'InvalidRequest';
const unregistered =
  'The namespace does not know the search attributes of runs. A worker registers them when it starts; with SEARCH_ATTRIBUTES=off runs are not listed by stage or institution.';
