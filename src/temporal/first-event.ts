// The first event of a history says how a run was started. It is read from the server: no worker is asked.
import type { Client, WorkflowService } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';
import type { EncryptionCodec } from './encryption/codec.js';
import { startArguments } from '../sdk-internals/first-event.js';
import { readValue } from './errors.js';

/** A run of a namespace. Without a run id, the newest run of the workflow id. */
export interface RunAddress {
  namespace: string;
  workflowId: string;
  runId?: string | undefined;
}

/** What is used of a history, from the server or from a file. */
export interface History<Input = unknown> {
  events?: ({ workflowExecutionStartedEventAttributes?: Started<Input> | null } | null)[] | null;
}

interface Started<Input> {
  workflowId?: string | null;
  input?: { payloads?: Input[] | null } | null;
}

/** How the run of a history was started: its workflow id, which servers from 1.21 on write there, and its input. */
export const startOfHistory = <Input>(history: History<Input> | null | undefined): Started<Input> =>
  history?.events?.[0]?.workflowExecutionStartedEventAttributes ?? {};

const firstPage = (service: WorkflowService, { namespace, workflowId, runId }: RunAddress) =>
  service.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId, ...(runId !== undefined && { runId }) },
    maximumPageSize: 1,
  });

/** The input of a run as it is stored in Temporal: encrypted, or a reference to where it is stored. */
export async function storedInputOf(service: WorkflowService, run: RunAddress): Promise<Payload | undefined> {
  const { history } = await firstPage(service, run);
  return startOfHistory(history).input?.payloads?.[0];
}

/** The same codec, for what callers wrote: ours takes more of them than of workers. */
const asCallersWrite = (codec: PayloadCodec): PayloadCodec =>
  'decodeInput' in codec
    ? {
        encode: (payloads, context) => codec.encode(payloads, context),
        decode: (payloads, context) =>
          (codec as EncryptionCodec).decodeInput(payloads, { workflowId: context?.workflowId ?? '' }),
      }
    : codec;

/** The input of a run as its starter gave it, read with the keys and the store of this client. */
export async function inputOf(
  { options, workflowService }: Client,
  run: Omit<RunAddress, 'namespace'>,
): Promise<unknown> {
  const { loadedDataConverter, namespace } = options;
  const first = await firstPage(workflowService, { namespace, ...run });
  const owner = { type: 'workflow', namespace, workflowId: run.workflowId } as const;
  const payloadCodecs = loadedDataConverter.payloadCodecs.map(asCallersWrite);
  const [input] = await startArguments(first, { ...loadedDataConverter, payloadCodecs }, owner);
  return readValue(input);
}
