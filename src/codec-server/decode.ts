// Reads payloads for the Web UI and the CLI: those that are in Temporal, and those that Temporal has only a reference to.
import type { Payload, PayloadCodec } from '@temporalio/common';
import { isUndecodable } from '../temporal/encryption/codec.js';
import { workflowIdOf } from '../temporal/encryption/envelope.js';
import { UnknownPayloadKey } from '../temporal/encryption/keys.js';
import { isReference, readReference } from '../temporal/storage/references.js';
import type { PayloadStore } from '../temporal/storage/storage.js';

/** References are short, so a small request could ask for gigabytes. After this many bytes, further references are not followed. */
const mostStored = 64 * 1024 * 1024;

/** Decodes what can be read and leaves everything else as it is. References are followed if there is a store. */
export async function decodeAll(
  codec: PayloadCodec,
  namespace: string,
  payloads: Payload[],
  store: PayloadStore | undefined,
): Promise<Payload[]> {
  const decoded: Payload[] = [];
  let storedBytes = 0;
  for (const payload of payloads) {
    if (!isReference(payload)) {
      decoded.push((await decode(codec, namespace, payload)) ?? payload);
      continue;
    }
    const stored = store && storedBytes < mostStored ? await readReference(store, payload, namespace) : undefined;
    const read = stored && (await decode(codec, namespace, stored));
    storedBytes += read?.data?.length ?? 0;
    decoded.push(read ?? payload);
  }
  return decoded;
}

async function decode(codec: PayloadCodec, namespace: string, payload: Payload): Promise<Payload | undefined> {
  const workflowId = workflowIdOf(payload);
  try {
    const context = workflowId === undefined ? undefined : ({ type: 'workflow', namespace, workflowId } as const);
    const [decoded] = await codec.decode([payload], context);
    return decoded && !isUndecodable(decoded) ? decoded : undefined;
  } catch (error) {
    if (error instanceof UnknownPayloadKey) return undefined;
    throw error;
  }
}
