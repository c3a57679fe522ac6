// Needs the SDK's way from a payload of a history back to a value, references to stored payloads included. Its public doors
// lead there only for results, and the input of a run is in the first event of its history.
import type { LoadedDataConverter, WorkflowSerializationContext } from '@temporalio/common';
import {
  decodeArrayFromPayloads,
  extstoreInboundOptions,
  visit,
  walkGetWorkflowExecutionHistoryResponse,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { temporal } from '@temporalio/proto';

type Page = temporal.api.workflowservice.v1.IGetWorkflowExecutionHistoryResponse;

/** The arguments that a run was started with, from the first page of its history. Stored payloads are fetched. */
export async function startArguments(
  page: Page,
  converter: LoadedDataConverter,
  owner: WorkflowSerializationContext,
): Promise<unknown[]> {
  await visit(page, walkGetWorkflowExecutionHistoryResponse, extstoreInboundOptions(converter.externalStorage));
  const payloads = page.history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  return (await decodeArrayFromPayloads(converter, payloads, owner)) ?? [];
}
