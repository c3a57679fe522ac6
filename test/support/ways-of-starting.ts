// Every way in which Temporal lets somebody start a run, apart from our client.
import { randomUUID } from 'node:crypto';
import { Client, ScheduleOverlapPolicy, type WorkflowStartOptions } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import {
  accountDetailsWorkflowId,
  taskQueue,
  workflowType,
  type RetrieveAccountDetailsInput,
} from '../../src/contract.js';
import { testConverter } from './encryption.js';
import { until } from './until.js';

/** One run, or the first of a chain of them. */
export interface Begun {
  workflowId: string;
  runId: string;
}

export type Way = (input: RetrieveAccountDetailsInput, loginId: string) => Promise<Begun>;

/** The ways of starting, by name. `stop` ends what they need. A way throws if Temporal refuses the start. */
export async function waysOfStarting(temporal: Client, address: string) {
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: 'parents',
    workflowsPath: new URL('./parent-workflow.ts', import.meta.url).pathname,
    dataConverter: testConverter(),
  });
  const running = worker.run();

  const by =
    (idOf: (loginId: string) => string, more: Partial<WorkflowStartOptions> = {}): Way =>
    async (input, loginId) => {
      const workflowId = idOf(loginId);
      const options = { taskQueue, workflowId, args: [input], workflowIdConflictPolicy: 'FAIL' as const, ...more };
      return { workflowId, runId: (await temporal.workflow.start(workflowType, options)).firstExecutionRunId };
    };
  const other = (): string => `nightly-${randomUUID()}`;

  return {
    /** Under another id than the login's own. */
    beside: {
      'an id in capitals': by((loginId) => `account-details-${loginId.toUpperCase()}`),
      'an id of its own': by(other),
      async 'a schedule'(input, loginId) {
        // Not encrypted: the id of the run that it would be encrypted for is not known yet.
        const { schedule: schedules } = new Client({ connection: temporal.connection });
        const schedule = await schedules.create({
          scheduleId: other(),
          spec: {},
          policies: { overlap: ScheduleOverlapPolicy.ALLOW_ALL },
          // Temporal appends the time to this id.
          action: {
            type: 'startWorkflow',
            workflowType,
            workflowId: accountDetailsWorkflowId(loginId),
            taskQueue,
            args: [input],
          },
          state: { triggerImmediately: true },
        });
        try {
          return await until('the schedule has started a run', async () => {
            const [started] = (await schedule.describe()).info.recentActions;
            if (!started) return undefined;
            const { workflowId, firstExecutionRunId } = started.action.workflow;
            return { workflowId, runId: firstExecutionRunId };
          });
        } finally {
          await schedule.delete();
        }
      },
      async 'a child'(input) {
        const workflowId = other();
        const args = [workflowId, input];
        const parent = await temporal.workflow.start('parent', {
          taskQueue: 'parents',
          workflowId: `${workflowId}-parent`,
          args,
        });
        return until('the child is there', async () => {
          const { events } = await parent.fetchHistory();
          const started = events?.find((one) => one.childWorkflowExecutionStartedEventAttributes);
          const runId = started?.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.runId;
          return runId ? { workflowId, runId } : undefined;
        });
      },
      'a retry policy': by(other, { retry: { initialInterval: '1 second', maximumAttempts: 3 } }),
      cron: by(other, { cronSchedule: '@every 1s' }),
    } satisfies Record<string, Way>,
    /** Under the own id of the login, in the place of the run that is open there. */
    replacing: by(accountDetailsWorkflowId, { workflowIdConflictPolicy: 'TERMINATE_EXISTING' }),
    /** Under the own id of the login, unless a run is open there. */
    plain: by(accountDetailsWorkflowId),
    async stop(): Promise<void> {
      worker.shutdown();
      await running;
      await connection.close();
    },
  };
}
