// What an encrypted payload says in plain text of how it was encrypted: its metadata, all of which is authenticated.
import type { Payload } from '@temporalio/common';
import { lengthPrefixed, type PayloadScope } from './keys.js';

const encryptedEncoding = 'binary/encrypted';
const nonceLength = 12;

export interface Envelope {
  keyId: string;
  nonce: Uint8Array;
  scope: PayloadScope;
  wrappedKey?: Uint8Array | undefined;
}

/** An envelope as it was read, and the bytes that the payload's tag vouches for beside its data. */
export interface SealedEnvelope extends Envelope {
  authenticated: Uint8Array;
}

const text = new TextDecoder('utf-8', { fatal: true });

function read(value: Uint8Array | null | undefined): string | undefined {
  try {
    return value ? text.decode(value) : undefined;
  } catch {
    return undefined;
  }
}

export const encodingOf = ({ metadata }: Payload): string | undefined => read(metadata?.['encoding']);

export const isEncrypted = (payload: Payload): boolean => encodingOf(payload) === encryptedEncoding;

/** The metadata of a payload that is encrypted so: one entry, since every payload of a history carries them. */
export function seal({ keyId, nonce, scope, wrappedKey }: Envelope): {
  metadata: Record<string, Uint8Array>;
  authenticated: Uint8Array;
} {
  const parts = [keyId, scope.namespace, scope.workflowId, wrappedKey];
  const header = Buffer.concat([Uint8Array.of(headerVersion), nonce, lengthPrefixed(parts, lengthWidth)]);
  return { metadata: { encoding: Buffer.from(encryptedEncoding), [headerName]: header }, authenticated: header };
}

/** Of any version; undefined where the metadata are not those of one. */
export function envelopeOf({ metadata }: Payload): SealedEnvelope | undefined {
  const header = metadata?.[headerName];
  return header ? envelopeIn(header) : envelopeOfNames(metadata ?? {});
}

const headerName = 'h';
const headerVersion = 3;
/** Bytes that tell a part's length; no id and no wrapped key is longer than they can say. */
const lengthWidth = 2;
const absent = 0xffff;

function envelopeIn(header: Uint8Array): SealedEnvelope | undefined {
  const bytes = Buffer.from(header);
  if (bytes[0] !== headerVersion) return undefined;
  const parts: (Buffer | undefined)[] = [];
  let at = 1 + nonceLength;
  while (at + lengthWidth <= bytes.length) {
    const length = bytes.readUIntBE(at, lengthWidth);
    at += lengthWidth;
    parts.push(length === absent ? undefined : bytes.subarray(at, at + length));
    if (length !== absent) at += length;
  }
  const [keyId, namespace, workflowId, wrappedKey] = parts;
  const scope = { namespace: read(namespace), workflowId: read(workflowId) };
  if (at !== bytes.length || parts.length !== 4 || (workflowId && scope.workflowId === undefined)) return undefined;
  return envelope(read(keyId), bytes.subarray(1, 1 + nonceLength), scope, wrappedKey, header);
}

function envelope(
  keyId: string | undefined,
  nonce: Uint8Array | null | undefined,
  { namespace, workflowId }: { [part in keyof PayloadScope]: string | undefined },
  wrappedKey: Uint8Array | undefined,
  authenticated: Uint8Array,
): SealedEnvelope | undefined {
  if (keyId === undefined || namespace === undefined || nonce?.length !== nonceLength) return undefined;
  return { keyId, nonce, scope: { namespace, workflowId }, wrappedKey, authenticated };
}

/** The entries of the versions before, of which open runs and kept results may still be. */
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
const versions = ['2', '1'] as const;

function envelopeOfNames(metadata: Record<string, Uint8Array>): SealedEnvelope | undefined {
  const version = versions.find((one) => read(metadata[names[one].version]) === one);
  if (version === undefined) return undefined;
  const name = names[version];
  const owner = metadata[name.workflowId];
  const scope = { namespace: read(metadata[name.namespace]), workflowId: read(owner) };
  if (owner && scope.workflowId === undefined) return undefined;
  const keyId = read(metadata[name.keyId]);
  const nonce = metadata[name.nonce];
  const wrappedKey = metadata[name.wrappedKey] ?? undefined;
  const authenticated = lengthPrefixed([version, keyId, nonce, scope.namespace, scope.workflowId, wrappedKey]);
  return envelope(keyId, nonce, scope, wrappedKey, authenticated);
}

/** The workflow id that an encrypted payload says it belongs to; nothing is proved by it until it is decrypted. */
export const workflowIdOf = (payload: Payload): string | undefined => envelopeOf(payload)?.scope.workflowId;

/** The id of the key that an encrypted payload says it was encrypted with. */
export const keyIdOf = (payload: Payload): string | undefined => envelopeOf(payload)?.keyId;
