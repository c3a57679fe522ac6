// Payloads are compressed and encrypted on their way to Temporal, and read again on their way back.
//
//   value ─► JSON payload ─► gzip if it gets smaller ─► AES-256-GCM ─► Temporal
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AsyncLocalStorage } from 'node:async_hooks';
import { promisify } from 'node:util';
import { gunzip, gunzipSync, gzip, gzipSync } from 'node:zlib';
import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import { encodingOf, envelopeOf, isEncrypted, seal, type Envelope } from './envelope.js';
import { isKeyId, type KeyProvider, type PayloadScope } from './keys.js';
import { undecodableEncoding } from '../../contract/unreadable.cjs';

/**
 * What is accepted of callers: everything, what was encrypted for the namespace, or only what was encrypted for the workflow
 * id. What our workers write is always encrypted for the workflow id, and nothing else is taken for it.
 */
export type Accepted = 'any' | 'namespace' | 'workflow';

export interface EncryptionOptions {
  keys: KeyProvider;
  /** From the configuration: while the SDK replays a history it says that the namespace is `default`. */
  namespace: string;
  accept?: Accepted;
  /** Ids of keys that will not come. What they encrypted cannot be read, and nobody waits for them. */
  lostKeys?: ReadonlySet<string>;
  /**
   * Who decodes. A worker reads messages of callers and replies of activities, and the SDK says which. A client reads what
   * workers wrote, except for the input of a run.
   */
  reader?: 'worker' | 'client';
  /** What the compressed payloads may inflate to together. Each counts down; one that would be too much is undecodable. */
  inflatable?: { bytes: number };
}

const { Payload: wire } = proto.temporal.api.common.v1;
const tagLength = 16;
const compressAbove = 512;
/** Bank data shrinks to a tenth at this level. A higher one takes twice the time for a few percent. */
const quick = { level: 1 };
/** For fewer bytes than this, to hand them to another thread takes longer than the work. */
const inlineBelow = 256 * 1024;
/** No payload that we wrote inflates to more than this. A zip bomb that somebody else sends is refused. */
const mostInflated = 256 * 1024 * 1024;
/** The first byte of what is encrypted says what follows it. */
const wholePayload = 0;
const gzippedPayload = 1;
/** Only the data of a payload follow, and its encoding is JSON. */
const jsonData = 2;
const jsonEncoding = 'json/plain';

/** Our codec. It also lends its keys for a hash. */
export interface EncryptionCodec extends PayloadCodec, Pick<KeyProvider, 'keyedHash'> {
  /** Decodes the input of a run, which its caller wrote. */
  decodeInput(payloads: Payload[], of: { workflowId: string }): Promise<Payload[]>;
}

/**
 * Encrypts every payload for the workflow id that owns it, or for the namespace if the workflow id is not known. Decoding
 * throws UnknownPayloadKey if the key is missing, since it may come. What else cannot be read becomes an undecodable payload.
 */
export function createEncryptionCodec({
  keys,
  namespace,
  accept = 'any',
  lostKeys = new Set(),
  reader,
  inflatable,
}: EncryptionOptions): EncryptionCodec {
  async function encrypt(payload: Payload, workflowId: string | undefined): Promise<Payload> {
    if (isNothing(payload)) return payload;
    const scope = { namespace, workflowId };
    const { keyId, key } = await keys.keyToEncrypt(scope);
    const envelope: Envelope = { keyId, nonce: drawNonce(), scope };
    const { metadata, authenticated } = seal(envelope);
    const cipher = createCipheriv('aes-256-gcm', key, envelope.nonce, { authTagLength: tagLength });
    cipher.setAAD(authenticated);
    const data = [cipher.update(await pack(payload)), cipher.final(), cipher.getAuthTag()];
    return { metadata, data: Buffer.concat(data) };
  }

  async function decrypt(
    payload: Payload,
    workflowId: string | undefined,
    accepted: Accepted,
    byCaller: boolean,
  ): Promise<Payload> {
    if (isNothing(payload)) return payload;
    if (!isEncrypted(payload)) return accepted === 'any' ? payload : undecodable;
    const envelope = envelopeOf(payload);
    if (!envelope || !belongsHere(envelope.scope, workflowId, accepted, byCaller)) return undecodable;
    if (lostKeys.has(envelope.keyId) || !isKeyId(envelope.keyId)) return undecodable;
    const key = await keys.keyToDecrypt(envelope.scope, envelope.keyId);
    const data = payload.data ?? new Uint8Array();
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, envelope.nonce, { authTagLength: tagLength });
      decipher.setAAD(envelope.authenticated);
      decipher.setAuthTag(data.subarray(-tagLength));
      return await unpack(Buffer.concat([decipher.update(data.subarray(0, -tagLength)), decipher.final()]), inflatable);
    } catch {
      return undecodable;
    }
  }

  function belongsHere(
    scope: PayloadScope,
    workflowId: string | undefined,
    accepted: Accepted,
    byCaller: boolean,
  ): boolean {
    if (scope.namespace !== namespace) return false;
    if (scope.workflowId === undefined) return accepted !== 'workflow';
    return scope.workflowId === workflowId || (byCaller && isOfSchedule(scope.workflowId, workflowId));
  }

  const ofCallers = (context: SerializationContext | undefined): boolean =>
    reader === undefined || (reader === 'worker' ? context?.type !== 'activity' : readingMemos.getStore() === true);

  return {
    encode: (payloads, context) => Promise.all(payloads.map((payload) => encrypt(payload, context?.workflowId))),
    decode: (payloads, context) =>
      Promise.all(
        payloads.map((payload) => {
          const byCaller = ofCallers(context);
          return decrypt(payload, context?.workflowId, byCaller ? accept : 'workflow', byCaller);
        }),
      ),
    decodeInput: (payloads, { workflowId }) =>
      Promise.all(payloads.map((payload) => decrypt(payload, workflowId, accept, true))),
    keyedHash: (parts) => keys.keyedHash(parts),
  };
}

/** Set while a client reads what describes runs: their memos are of callers. */
const readingMemos = new AsyncLocalStorage<true>();
export const whileReadingMemos = <T>(read: () => T): T => readingMemos.run(true, read);

/** A Temporal Schedule encrypts the input of its runs once, under an id to which each run appends its time. */
const isOfSchedule = (scope: string, workflowId = ''): boolean =>
  workflowId.startsWith(`${scope}-`) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(workflowId.slice(scope.length + 1));

/** 96 random bits. That two payloads of one data key draw the same ones does not happen in practice. */
export const drawNonce = (): Uint8Array => randomBytes(12);

/** Stands for a payload that can never be read. */
export const undecodable: Payload = {
  metadata: { encoding: Buffer.from(undecodableEncoding) },
  data: new Uint8Array(),
};

export const isUndecodable = (payload: Payload): boolean => encodingOf(payload) === undecodableEncoding;

/** Whether a payload has this encoding and no other metadata. */
const isMerely = (encoding: string, payload: Payload): boolean =>
  encodingOf(payload) === encoding && Object.keys(payload.metadata ?? {}).length === 1;

/** The payload of null and undefined. It is not encrypted: it holds nothing, and each poll that finds Flinks at work returns it. */
const isNothing = (payload: Payload): boolean => isMerely('binary/null', payload) && !payload.data?.length;

/** The payload with its own metadata, compressed if that makes it smaller. */
async function pack(payload: Payload): Promise<Uint8Array> {
  const raw = wire.encode(payload).finish();
  if (raw.length > compressAbove) {
    const smaller = raw.length < inlineBelow ? gzipSync(raw, quick) : await promisify(gzip)(raw, quick);
    if (smaller.length < raw.length) return Buffer.concat([Uint8Array.of(gzippedPayload), smaller]);
  }
  if (isMerely(jsonEncoding, payload))
    return Buffer.concat([Uint8Array.of(jsonData), payload.data ?? new Uint8Array()]);
  return Buffer.concat([Uint8Array.of(wholePayload), raw]);
}

async function unpack(packed: Uint8Array, inflatable: EncryptionOptions['inflatable']): Promise<Payload> {
  const rest = packed.subarray(1);
  if (packed[0] === jsonData) return { metadata: { encoding: Buffer.from(jsonEncoding) }, data: rest };
  const { metadata, data } = wire.decode(packed[0] === gzippedPayload ? await inflate(rest, inflatable) : rest);
  return { metadata, data };
}

async function inflate(body: Uint8Array, inflatable?: { bytes: number }): Promise<Uint8Array> {
  const left = Math.min(inflatable?.bytes ?? mostInflated, mostInflated);
  // What is under way counts as a whole until it is known: payloads of one call are decoded side by side.
  if (inflatable) inflatable.bytes -= left;
  if (left <= 0) throw new RangeError('Nothing more may be inflated.');
  const bounded = { maxOutputLength: left };
  const inflated = body.length < inlineBelow / 8 ? gunzipSync(body, bounded) : await promisify(gunzip)(body, bounded);
  if (inflatable) inflatable.bytes += left - inflated.length;
  return inflated;
}
