// Between Temporal and us: payloads are compressed and encrypted on their way out, and read again on their way in.
//
//   value ─► JSON payload ─► gzip where it pays ─► AES-256-GCM ─► Temporal
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gunzipSync, gzip, gzipSync } from 'node:zlib';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { lengthPrefixed, type KeyProvider, type PayloadScope } from './keys.js';

const encryptedEncoding = 'binary/encrypted';
/** An encoding that no converter knows: what carries it becomes an undecodable value, and stops no run. */
const undecodableEncoding = 'binary/undecodable';

/** What a worker takes in: everything, what was encrypted for its namespace, or only what was for the very workflow id. */
export type Accepted = 'any' | 'namespace' | 'workflow';

export interface EncryptionOptions {
  keys: KeyProvider;
  /** From configuration and not from the SDK, which replays every history as of namespace `default`. */
  namespace: string;
  accept?: Accepted;
}

const { Payload: wire } = proto.temporal.api.common.v1;
const tagLength = 16;
const compressAbove = 512;
/** Bank data shrinks to a tenth even so; more effort costs twice the time for a few percent. */
const quick = { level: 1 };
/** Below this many bytes a hand-over to another thread costs more than the work. */
const inlineBelow = 256 * 1024;
/** No payload that we wrote inflates to more; a bomb that somebody else sends is refused. */
const bounded = { maxOutputLength: 256 * 1024 * 1024 };
const plain = 0;
const gzipped = 1;

const text = new TextDecoder('utf-8', { fatal: true });
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

/** The metadata of an encrypted payload. All of it is authenticated. */
interface Envelope {
  version: Version;
  keyId: string;
  nonce: Uint8Array;
  scope: PayloadScope;
  wrappedKey?: Uint8Array | undefined;
}

/** What the metadata of each version are called. Every payload of a history carries them, so that short names save a third. */
const names = {
  '1': {
    version: 'encryption-version',
    keyId: 'encryption-key-id',
    nonce: 'encryption-nonce',
    namespace: 'encryption-namespace',
    workflowId: 'encryption-workflow-id',
    wrappedKey: 'encryption-wrapped-key',
  },
  '2': { version: 'v', keyId: 'key', nonce: 'nonce', namespace: 'ns', workflowId: 'id', wrappedKey: 'wrapped' },
} as const;
type Version = keyof typeof names;
const versions: Version[] = ['2', '1'];

/**
 * Encrypts every payload for the workflow id that owns it, or for the namespace where it is not known. Decoding throws
 * UnknownPayloadKey, since the key may come; whatever else cannot be read becomes an undecodable payload.
 */
export function createEncryptionCodec({ keys, namespace, accept = 'any' }: EncryptionOptions): PayloadCodec {
  async function encrypt(payload: Payload, workflowId: string | undefined): Promise<Payload> {
    const scope = { namespace, workflowId };
    const { keyId, key, wrappedKey } = await keys.keyToEncrypt(scope);
    const envelope: Envelope = { version: '2', keyId, nonce: drawNonce(), scope, wrappedKey };
    const cipher = createCipheriv('aes-256-gcm', key, envelope.nonce, { authTagLength: tagLength });
    cipher.setAAD(authenticated(envelope));
    const data = [cipher.update(await pack(payload)), cipher.final(), cipher.getAuthTag()];
    return { metadata: metadataOf(envelope), data: Buffer.concat(data) };
  }

  async function decrypt(payload: Payload, workflowId: string | undefined): Promise<Payload> {
    if (!isEncrypted(payload)) return accept === 'any' ? payload : undecodable;
    const envelope = envelopeOf(payload);
    if (!envelope || !belongsHere(envelope.scope, workflowId)) return undecodable;
    const key = await keys.keyToDecrypt(envelope.scope, envelope.keyId, envelope.wrappedKey);
    const data = payload.data ?? new Uint8Array();
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, envelope.nonce, { authTagLength: tagLength });
      decipher.setAAD(authenticated(envelope));
      decipher.setAuthTag(data.subarray(-tagLength));
      return await unpack(Buffer.concat([decipher.update(data.subarray(0, -tagLength)), decipher.final()]));
    } catch {
      return undecodable;
    }
  }

  function belongsHere(scope: PayloadScope, workflowId: string | undefined): boolean {
    if (scope.namespace !== namespace) return false;
    return scope.workflowId === undefined ? accept !== 'workflow' : scope.workflowId === workflowId;
  }

  return {
    encode: (payloads, context) => Promise.all(payloads.map((payload) => encrypt(payload, context?.workflowId))),
    decode: (payloads, context) => Promise.all(payloads.map((payload) => decrypt(payload, context?.workflowId))),
  };
}

/** 96 random bits: two payloads of one data key share them once in many billions. */
export const drawNonce = (): Uint8Array => randomBytes(12);

/** Stands for a payload that can never be read. */
export const undecodable: Payload = { metadata: { encoding: bytes(undecodableEncoding) }, data: new Uint8Array() };

export const isEncrypted = ({ metadata }: Payload): boolean => read(metadata?.['encoding']) === encryptedEncoding;
export const isUndecodable = ({ metadata }: Payload): boolean => read(metadata?.['encoding']) === undecodableEncoding;

/** The payload with its own metadata, compressed where that makes it smaller. */
async function pack(payload: Payload): Promise<Uint8Array> {
  const raw = wire.encode(payload).finish();
  if (raw.length > compressAbove) {
    const smaller = raw.length < inlineBelow ? gzipSync(raw, quick) : await promisify(gzip)(raw, quick);
    if (smaller.length < raw.length) return Buffer.concat([Uint8Array.of(gzipped), smaller]);
  }
  return Buffer.concat([Uint8Array.of(plain), raw]);
}

async function unpack(packed: Uint8Array): Promise<Payload> {
  const { metadata, data } = wire.decode(
    packed[0] === gzipped ? await inflate(packed.subarray(1)) : packed.subarray(1),
  );
  return { metadata, data };
}

const inflate = (body: Uint8Array): Promise<Uint8Array> | Uint8Array =>
  body.length < inlineBelow / 8 ? gunzipSync(body, bounded) : promisify(gunzip)(body, bounded);

function metadataOf({ version, keyId, nonce, scope, wrappedKey }: Envelope): Record<string, Uint8Array> {
  const name = names[version];
  return {
    encoding: bytes(encryptedEncoding),
    [name.version]: bytes(version),
    [name.keyId]: bytes(keyId),
    [name.nonce]: nonce,
    [name.namespace]: bytes(scope.namespace),
    ...(scope.workflowId !== undefined && { [name.workflowId]: bytes(scope.workflowId) }),
    ...(wrappedKey && { [name.wrappedKey]: wrappedKey }),
  };
}

function envelopeOf({ metadata }: Payload): Envelope | undefined {
  const version = versions.find((one) => read(metadata?.[names[one].version]) === one);
  if (!metadata || version === undefined) return undefined;
  const name = names[version];
  const keyId = read(metadata[name.keyId]);
  const nonce = metadata[name.nonce];
  const namespace = read(metadata[name.namespace]);
  const owner = metadata[name.workflowId];
  const workflowId = read(owner);
  if (keyId === undefined || namespace === undefined) return undefined;
  if (nonce?.length !== 12 || (owner && workflowId === undefined)) return undefined;
  return {
    version,
    keyId,
    nonce,
    scope: { namespace, workflowId },
    wrappedKey: metadata[name.wrappedKey] ?? undefined,
  };
}

const authenticated = ({ version, keyId, nonce, scope, wrappedKey }: Envelope): Buffer =>
  lengthPrefixed([version, keyId, nonce, scope.namespace, scope.workflowId, wrappedKey]);

function read(value: Uint8Array | null | undefined): string | undefined {
  try {
    return value ? text.decode(value) : undefined;
  } catch {
    return undefined;
  }
}

/** The workflow id that an encrypted payload says it belongs to; nothing is proved by it until it is decrypted. */
export const workflowIdOf = (payload: Payload): string | undefined => envelopeOf(payload)?.scope.workflowId;

/** The id of the key that an encrypted payload says it was encrypted with. */
export const keyIdOf = (payload: Payload): string | undefined => envelopeOf(payload)?.keyId;
