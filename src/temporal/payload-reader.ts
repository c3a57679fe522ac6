// Reads every payload that comes from Temporal. What holds:
// 1. The codec decides who may have written it: see encryption/codec.ts.
// 2. A reference is followed only if it proves that it was made for this namespace and workflow id.
// 3. Nothing here rejects because of a key or an object that is missing: that would fail the workflow task again and again.
//    A payload that may become readable says why it is not yet, and whether it is still worth waiting for.
import { createHash } from 'node:crypto';
import type { Payload, SerializationContext } from '@temporalio/common';
import { isUndecodable, undecodable, type EncryptionCodec } from './encryption/codec.js';
import { UnknownPayloadKey } from './encryption/keys.js';
import type { Reason } from '../contract/unread-value.js';
import { isDeferred, type References } from './storage/external-storage.js';
import { PayloadStoreError } from './storage/payload-store.js';
import { reasonName } from '../contract/unreadable.cjs';

export interface ReaderOptions {
  encryption: EncryptionCodec;
  references: References;
  /** How long a payload that may become readable is worth waiting for, from when this process first met it. */
  waitMs: number;
  /** Hears once of each payload that cannot be read yet, and why. */
  onUnread?: OnUnread | undefined;
}

export type OnUnread = (why: Error, workflowId: string | undefined) => void;

type Decode = (payloads: Payload[], context: SerializationContext | undefined) => Promise<Payload[]>;

/** Writes payloads with this encryption, and reads what our own side, a caller or anybody else wrote. */
export function createPayloadReader({ encryption, references, waitMs, onUnread }: ReaderOptions): EncryptionCodec {
  const meet = patience(waitMs);

  async function read(payload: Payload, context: SerializationContext | undefined, decode: Decode): Promise<Payload> {
    try {
      const found = isDeferred(payload) ? await references.follow(payload, context) : payload;
      const [decoded] = await decode([found], context);
      return decoded && !isUndecodable(decoded) ? decoded : undecodable;
    } catch (error) {
      const type = typeOf(error);
      if (!type) throw error;
      // A caller's large message is in the store before Temporal has the message. So one that is not there will not come.
      const isGone = context?.type === 'workflow' && error instanceof PayloadStoreError && error.isMissing;
      const { message } = error as Error;
      const { isNew, isWorthWaiting } = meet(payload, context);
      if (isNew) onUnread?.(error as Error, context?.workflowId);
      const reason: Reason = { type, message, mayCome: !isGone && isWorthWaiting };
      return {
        ...undecodable,
        metadata: { ...undecodable.metadata, [reasonName]: Buffer.from(JSON.stringify(reason)) },
      };
    }
  }

  const reading =
    (decode: Decode): Decode =>
    (payloads, context) =>
      Promise.all(payloads.map((payload) => read(payload, context, decode)));

  const decodeInput = reading((payloads, context) =>
    encryption.decodeInput(payloads, { workflowId: context?.workflowId ?? '' }),
  );
  return {
    ...encryption,
    decode: reading((payloads, context) => encryption.decode(payloads, context)),
    decodeInput: (payloads, { workflowId }) => decodeInput(payloads, { type: 'workflow', namespace: '', workflowId }),
  };
}

/** The type of a failure that passes once a key or a store is there. */
function typeOf(error: unknown): string | undefined {
  if (error instanceof UnknownPayloadKey) return 'UnknownPayloadKey';
  return error instanceof PayloadStoreError ? error.name : undefined;
}

/** How many payloads that are waited for are remembered. None beyond is waited for, so that no flood prolongs a wait. */
const mostWaitedFor = 10_000;
/** As many messages of one workflow id. A caller sends a few. */
const mostMessages = 100;
/** Longer than the server waits before it tries a workflow task again, so that nothing is waited for a second time. */
const longestPauseMs = 30 * 60_000;

/** Tells of a payload whether this process meets it for the first time, and whether it has met it for less than `waitMs`. */
function patience(waitMs: number) {
  const firstMet = new Map<string, { at: number; messageOf: string | undefined }>();
  const messages = new Map<string, number>();

  function forgetOld(now: number): void {
    // The oldest come first.
    for (const [old, { at, messageOf }] of firstMet) {
      if (now - at < waitMs + longestPauseMs) break;
      firstMet.delete(old);
      if (messageOf === undefined) continue;
      const left = (messages.get(messageOf) ?? 1) - 1;
      if (left > 0) messages.set(messageOf, left);
      else messages.delete(messageOf);
    }
  }

  return ({ metadata, data }: Payload, context: SerializationContext | undefined) => {
    const name = createHash('sha256')
      .update(metadata?.['h'] ?? '')
      .update(data ?? '')
      .digest('base64');
    const now = performance.now();
    const met = firstMet.get(name);
    if (met) return { isNew: false, isWorthWaiting: now - met.at < waitMs };
    forgetOld(now);
    const messageOf = context?.type === 'workflow' ? context.workflowId : undefined;
    const before = messageOf === undefined ? 0 : (messages.get(messageOf) ?? 0);
    if (firstMet.size >= mostWaitedFor || before >= mostMessages) return { isNew: false, isWorthWaiting: false };
    if (messageOf !== undefined) messages.set(messageOf, before + 1);
    firstMet.set(name, { at: now, messageOf });
    return { isNew: true, isWorthWaiting: waitMs > 0 };
  };
}
