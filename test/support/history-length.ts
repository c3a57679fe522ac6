import type { Client } from '@temporalio/client';

type HistoryPage = Awaited<ReturnType<Client['workflowService']['getWorkflowExecutionHistory']>>;

/**
 * Resolves as soon as a run's history has so many events, or the run has closed. Returns how many it had then. The server
 * holds each request until there is something new, so that it is seen at once.
 */
export async function historyReaches(temporal: Client, workflowId: string, length: number): Promise<number> {
  let seen = 0;
  let nextPageToken: Uint8Array | null | undefined = null;
  while (seen < length) {
    const page: HistoryPage = await temporal.workflowService.getWorkflowExecutionHistory({
      namespace: temporal.options.namespace,
      execution: { workflowId },
      waitNewEvent: true,
      nextPageToken,
    });
    seen += page.history?.events?.length ?? 0;
    nextPageToken = page.nextPageToken;
    if (!nextPageToken?.length) break;
  }
  return seen;
}
