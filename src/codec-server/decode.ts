// Reads payloads for the Web UI and the CLI: those that are in Temporal, and those that Temporal has only a reference to.
import type { Payload, PayloadCodec } from '@temporalio/common';
import { isUndecodable } from '../temporal/encryption/codec.js';
import { workflowIdOf } from '../temporal/encryption/envelope.js';
import { UnknownPayloadKey } from '../temporal/encryption/keys.js';
import { isReference, readReference } from '../temporal/storage/references.js';
import type { PayloadStore } from '../temporal/storage/storage.js';

/** What one request may decode, decompressed. A small request could ask for gigabytes. */
export const mostDecoded = 64 * 1024 * 1024;

/** A budget of bytes, which the codec counts down as it inflates. */
export interface Decodable {
  bytes: number;
}

/**
 * Decodes what can be read and leaves everything else as it is, and all that does not fit into `decodable` any more.
 * References are followed if there is a store. One payload is decoded after the other.
 */
export async function decodeAll(
  codec: PayloadCodec,
  namespace: string,
  payloads: Payload[],
  store: PayloadStore | undefined,
  decodable: Decodable,
): Promise<Payload[]> {
  const decoded: Payload[] = [];
  for (const payload of payloads) {
    const before = decodable.bytes;
    const read = before > 0 ? await readOne(codec, namespace, payload, store) : undefined;
    // A payload that was not compressed counts, too.
    decodable.bytes = Math.min(decodable.bytes, before - (read ? sizeOf(read) : 0));
    decoded.push(read && decodable.bytes >= 0 ? read : payload);
  }
  return decoded;
}

async function readOne(
  codec: PayloadCodec,
  namespace: string,
  payload: Payload,
  store: PayloadStore | undefined,
): Promise<Payload | undefined> {
  if (!isReference(payload)) return decode(codec, namespace, payload);
  const stored = store && (await readReference(store, payload, namespace));
  return stored && decode(codec, namespace, stored);
}

/** Bytes of data and metadata. An entry of metadata takes up memory even if it is empty. */
const sizeOf = ({ metadata, data }: Payload): number =>
  Object.values(metadata ?? {}).reduce((sum, value) => sum + value.length + 200, data?.length ?? 0);

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
