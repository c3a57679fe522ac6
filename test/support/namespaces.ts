import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { until } from './until.js';

/** Makes a namespace on a dev server, so that tests with workers of their own can share it without meeting. */
export async function createNamespace(connection: Connection, namespace: string): Promise<void> {
  const { workflowService } = connection;
  await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') });
  // Every part of the server learns of it in its own time.
  await until(`namespace ${namespace} can be used`, () =>
    workflowService.countWorkflowExecutions({ namespace }).then(
      () => true,
      () => false,
    ),
  );
}
