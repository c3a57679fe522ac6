// What a run costs the server's store, read from its history.
import { Client, type Connection } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

type Event = temporal.api.history.v1.IHistoryEvent;

export interface HistoryCost {
  events: number;
  /** As the server stores them: encrypted, if payloads are. */
  bytes: number;
  /** Billable actions, as Temporal Cloud counts those that a history shows. */
  actions: number;
  /** Changes of the run's state, each a write to the database. */
  transitions: number;
}

export async function historyCost(connection: Connection, workflowId: string): Promise<HistoryCost> {
  const handle = new Client({ connection }).workflow.getHandle(workflowId);
  const { historyLength: events, historySize: bytes = 0, raw } = await handle.describe();
  const history = await handle.fetchHistory();
  return {
    events,
    bytes,
    actions: billableActions(history.events ?? []),
    transitions: Number(raw.workflowExecutionInfo?.stateTransitionCount ?? 0),
  };
}

/** All markers of one workflow task, which local activities leave, are billed as one. */
export function billableActions(events: readonly Event[]): number {
  const billed = events.filter(
    (event) =>
      event.workflowExecutionStartedEventAttributes ??
      event.activityTaskScheduledEventAttributes ??
      event.timerStartedEventAttributes ??
      event.upsertWorkflowSearchAttributesEventAttributes ??
      event.workflowExecutionSignaledEventAttributes ??
      event.workflowExecutionUpdateAcceptedEventAttributes,
  );
  const tasksWithMarkers = new Set(
    events.flatMap(({ markerRecordedEventAttributes: marker }) =>
      marker ? [String(marker.workflowTaskCompletedEventId)] : [],
    ),
  );
  return billed.length + tasksWithMarkers.size;
}
