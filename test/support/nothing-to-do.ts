import type { WorkflowHandle } from '@temporalio/client';
import { vi } from 'vitest';

/** Waits until no workflow task of the run is open. */
export const hasNothingToDo = (handle: WorkflowHandle): Promise<void> =>
  vi.waitFor(
    async () => {
      const { events } = await handle.fetchHistory();
      const last = events?.at(-1);
      if (last?.workflowTaskScheduledEventAttributes || last?.workflowTaskStartedEventAttributes)
        throw new Error('The run still has something to do.');
    },
    { timeout: 30_000, interval: 20 },
  );
