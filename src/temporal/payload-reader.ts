// Reads every payload that comes from Temporal. What holds:
// 1. What activities return, heartbeats and activities' arguments are written by our workers. So they are of scope
//    `workflow`, whatever PAYLOAD_ACCEPT says. The SDK tells them apart by the context of an activity.
// 2. Everything else may be a caller's: input, signal, update, query, memo. Clients refuse such payloads as results.
// 3. A reference is followed only if it proves that it was made for this namespace and workflow id.
// 4. Nothing here rejects because of what a payload holds: that would fail the workflow task again and again. A payload
//    that may become readable says why it is not yet, and whether it is still worth waiting for.
import { createHash } from 'node:crypto';
import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import { isUndecodable, undecodable } from './encryption/codec.js';
import { workflowIdOf } from './encryption/envelope.js';
import { UnknownPayloadKey } from './encryption/keys.js';
import { byCallerName, reasonName } from './unreadable.cjs';
import type { Reason } from './payload-converter.js';
import { PayloadStoreError } from './storage/payload-store.js';
import { isDeferred, type References } from './storage/external-storage.js';

export interface ReaderOptions {
  /** Without it nothing is encrypted, and nobody can tell who wrote what. */
  encryption?: PayloadCodec | undefined;
  references: References;
  /** For how long a payload that may become readable is worth waiting for, from when this process first met it. */
  waitMs: number;
}

/** Encrypts, and reads what our own side, a caller or anybody else wrote. */
export function createPayloadReader({ encryption, references, waitMs }: ReaderOptions): PayloadCodec {
  const isWorthWaiting = patience(waitMs);

  async function read(payload: Payload, context: SerializationContext | undefined): Promise<Payload> {
    try {
      const found = isDeferred(payload) ? await references.follow(payload, context) : payload;
      const [decoded = undecodable] = (await encryption?.decode([found], context)) ?? [found];
      if (isUndecodable(decoded)) return undecodable;
      const isOurs = !encryption || workflowIdOf(found) !== undefined;
      return isOurs ? decoded : withMetadata(decoded, byCallerName, '1');
    } catch (error) {
      const type = typeOf(error);
      if (!type) throw error;
      const { message } = error as Error;
      // A caller's large message is in the store before Temporal has the message. So one that is not there will not come.
      const isGone = context?.type === 'workflow' && error instanceof PayloadStoreError && error.isMissing;
      const reason: Reason = { type, message, mayCome: !isGone && isWorthWaiting(payload) };
      return withMetadata(undecodable, reasonName, JSON.stringify(reason));
    }
  }

  return {
    encode: async (payloads, context) => (await encryption?.encode(payloads, context)) ?? payloads,
    decode: (payloads, context) => Promise.all(payloads.map((payload) => read(payload, context))),
  };
}

const withMetadata = ({ metadata, data }: Payload, name: string, value: string): Payload => ({
  metadata: { ...metadata, [name]: Buffer.from(value) },
  data: data ?? new Uint8Array(),
});

/** The type of a failure that passes once a key or a store is there. */
function typeOf(error: unknown): string | undefined {
  if (error instanceof UnknownPayloadKey) return 'UnknownPayloadKey';
  return error instanceof PayloadStoreError ? error.name : undefined;
}

/** How many payloads that are waited for are remembered. None beyond is waited for, so that no flood prolongs a wait. */
const mostWaitedFor = 10_000;

/** Tells of a payload whether this process has met it for less than `waitMs`. */
function patience(waitMs: number): (payload: Payload) => boolean {
  const firstMet = new Map<string, number>();
  return ({ metadata, data }) => {
    const name = createHash('sha256')
      .update(metadata?.['h'] ?? '')
      .update(data ?? '')
      .digest('base64');
    const now = performance.now();
    const met = firstMet.get(name);
    if (met !== undefined) return now - met < waitMs;
    // The oldest come first.
    for (const [old, since] of firstMet) {
      if (now - since < 2 * waitMs) break;
      firstMet.delete(old);
    }
    if (firstMet.size >= mostWaitedFor) return false;
    firstMet.set(name, now);
    return waitMs > 0;
  };
}
