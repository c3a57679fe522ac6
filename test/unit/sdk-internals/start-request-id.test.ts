import { WithStartWorkflowOperation, WorkflowClient } from '@temporalio/client';
import { expect, test } from 'vitest';
import { withRequestId } from '../../../src/sdk-internals/start-request-id.js';

interface Start {
  requestId?: string;
}

/** A client whose server takes nothing and shows what it was sent. */
function sent() {
  const starts: (Start | null | undefined)[] = [];
  const refuse = (): never => {
    throw new Error('Not here.');
  };
  const workflowService = {
    startWorkflowExecution: async (request: Start) => {
      starts.push(request);
      return refuse();
    },
    executeMultiOperation: async ({ operations }: { operations: { startWorkflow?: Start | null }[] }) => {
      starts.push(operations[0]?.startWorkflow);
      return refuse();
    },
  };
  const connection = { workflowService, withAbortSignal: (_: unknown, call: () => unknown) => call() };
  return { client: new WorkflowClient({ connection: connection as never }), starts };
}

test('a start carries the id that we give it. If not, a start that is sent twice begins two runs, and two logins', async () => {
  const { client, starts } = sent();
  const options = { taskQueue: 'q', workflowId: 'w', args: [], ...withRequestId('ours') };
  await client.start('t', options).catch(() => undefined);
  const startWorkflowOperation = new WithStartWorkflowOperation('t', { ...options, workflowIdConflictPolicy: 'FAIL' });
  await client.startUpdateWithStart('u', { startWorkflowOperation, waitForStage: 'ACCEPTED' }).catch(() => undefined);
  await startWorkflowOperation.workflowHandle().catch(() => undefined);
  expect(starts.map((start) => start?.requestId)).toEqual(['ours', 'ours']);
});
