// The readable part of an encrypted payload: how it was encrypted, and for whom. docs/security.md describes the format.
import type { Payload } from '@temporalio/common';
import { lengthPrefixed, type PayloadScope } from './keys.js';

const encryptedEncoding = 'binary/encrypted';
const headerName = 'h';
const headerVersion = 3;
const nonceLength = 12;
/** Each part of the header begins with its length in so many bytes. */
const lengthWidth = 2;
/** The length of a part that is absent. */
const absent = 0xffff;
/** The fourth part of the header is reserved for a wrapped data key. It is absent until a key management service needs it. */
const reserved = undefined;

export interface Envelope {
  keyId: string;
  nonce: Uint8Array;
  scope: PayloadScope;
}

/** An envelope as it was read, and the bytes of the header, which the payload's tag authenticates. */
export interface SealedEnvelope extends Envelope {
  authenticated: Uint8Array;
}

export const encodingOf = ({ metadata }: Payload): string | undefined => read(metadata?.['encoding']);

export const isEncrypted = (payload: Payload): boolean => encodingOf(payload) === encryptedEncoding;

/** The metadata of a payload that is encrypted so. One entry holds all of it, since each payload of a history pays for it. */
export function seal({ keyId, nonce, scope }: Envelope): {
  metadata: Record<string, Uint8Array>;
  authenticated: Uint8Array;
} {
  const parts = lengthPrefixed([keyId, scope.namespace, scope.workflowId, reserved], lengthWidth);
  const header = Buffer.concat([Uint8Array.of(headerVersion), nonce, parts]);
  return { metadata: { encoding: Buffer.from(encryptedEncoding), [headerName]: header }, authenticated: header };
}

/** Reads the header of an encrypted payload. Returns undefined if it is not a header of this format. */
export function envelopeOf({ metadata }: Payload): SealedEnvelope | undefined {
  const header = Buffer.from(metadata?.[headerName] ?? []);
  const parts = header[0] === headerVersion ? partsOf(header.subarray(1 + nonceLength)) : undefined;
  if (parts?.length !== 4 || parts[3] !== reserved) return undefined;
  const [keyId, namespace, workflowId] = parts.map(read);
  if (keyId === undefined || namespace === undefined || (parts[2] && workflowId === undefined)) return undefined;
  const nonce = header.subarray(1, 1 + nonceLength);
  return { keyId, nonce, scope: { namespace, workflowId }, authenticated: header };
}

/** The parts in these bytes, undefined for each that is absent. Returns undefined if the bytes end within a part. */
function partsOf(bytes: Buffer): (Buffer | undefined)[] | undefined {
  const parts: (Buffer | undefined)[] = [];
  let at = 0;
  while (at + lengthWidth <= bytes.length) {
    const length = bytes.readUIntBE(at, lengthWidth);
    at += lengthWidth;
    parts.push(length === absent ? undefined : bytes.subarray(at, at + length));
    if (length !== absent) at += length;
  }
  return at === bytes.length ? parts : undefined;
}

const text = new TextDecoder('utf-8', { fatal: true });

function read(value: Uint8Array | null | undefined): string | undefined {
  try {
    return value ? text.decode(value) : undefined;
  } catch {
    return undefined;
  }
}

/** The workflow id that an encrypted payload claims to belong to. Only decrypting it proves the claim. */
export const workflowIdOf = (payload: Payload): string | undefined => envelopeOf(payload)?.scope.workflowId;

/** The id of the key that an encrypted payload claims to be encrypted with. */
export const keyIdOf = (payload: Payload): string | undefined => envelopeOf(payload)?.keyId;
