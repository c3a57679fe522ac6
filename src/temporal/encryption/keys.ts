// Where data keys come from. A data key encrypts the payloads of one workflow id, or of one namespace.
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';

/** What a payload belongs to. Without a workflow id it belongs to the namespace: a codec server wrote it for the CLI. */
export interface PayloadScope {
  namespace: string;
  workflowId?: string | undefined;
}

/** A data key, and the id of the configured key that it comes from. */
export interface DataKey {
  keyId: string;
  key: KeyObject;
}

/** Finds data keys. It is asynchronous so that a key management service can stand behind it. */
export interface KeyProvider {
  /** The key that encrypts payloads of this scope now. */
  keyToEncrypt(scope: PayloadScope): Promise<DataKey>;
  /** The key that encrypted a payload. Rejects with UnknownPayloadKey if this process does not have it: it may come later. */
  keyToDecrypt(scope: PayloadScope, keyId: string): Promise<KeyObject>;
  /** A hash that nobody without the key can test a guess against. The oldest key makes it, so that a new one changes none. */
  keyedHash(parts: readonly string[]): string;
}

/**
 * A payload was encrypted with a key that this process does not have. Such a payload can be read once the key is there, so
 * the workflow task fails with this and is tried again. Its type and message stay readable: see failure-converter.cjs.
 */
export class UnknownPayloadKey extends ApplicationFailure {
  constructor(keyId: string) {
    const fix = 'Add it to PAYLOAD_KEYS of this process. What waits for the key then goes on by itself.';
    super(`There is no payload key with the id ${keyId} here. ${fix}`, 'UnknownPayloadKey');
  }
}

/** A key of 32 bytes and the id under which payloads name it. */
export interface PayloadKey {
  id: string;
  secret: Uint8Array;
}

const keyPattern = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63}):([A-Za-z0-9+/]{43}=)$/;

/** Whether a key can have this id. A payload may name anything. */
export const isKeyId = (id: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id);

/** Reads `id:base64 of 32 bytes`, comma-separated. Returns undefined if any part does not fit, or if an id repeats. */
export function parsePayloadKeys(text: string): PayloadKey[] | undefined {
  const keys = text.split(',').map((part) => {
    const [, id, secret] = keyPattern.exec(part.trim()) ?? [];
    return id !== undefined && secret !== undefined ? { id, secret: Buffer.from(secret, 'base64') } : undefined;
  });
  const known = keys.filter((key) => key !== undefined);
  const ids = new Set(known.map(({ id }) => id));
  return known.length === keys.length && ids.size === known.length ? known : undefined;
}

/** How many derived keys are kept. To derive one again takes microseconds. */
const keptKeys = 2_000;

/** Keys from the configuration: the first encrypts, all of them decrypt. Data keys are derived from them by HKDF. */
export function localKeys(keys: readonly PayloadKey[]): KeyProvider {
  const [current] = keys;
  if (!current) throw new RangeError('There is no payload key.');
  const derived = new Map<string, KeyObject>();

  function derive({ id, secret }: PayloadKey, scope: PayloadScope): KeyObject {
    const info = lengthPrefixed(['1', id, scope.namespace, scope.workflowId]);
    const name = info.toString('latin1');
    const found = derived.get(name);
    if (found) return found;
    if (derived.size >= keptKeys) derived.delete(derived.keys().next().value ?? '');
    const key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), info, 32)));
    derived.set(name, key);
    return key;
  }

  return {
    keyToEncrypt: async (scope) => ({ keyId: current.id, key: derive(current, scope) }),
    keyToDecrypt: async (scope, keyId) => {
      const key = keys.find(({ id }) => id === keyId);
      if (!key) throw new UnknownPayloadKey(keyId);
      return derive(key, scope);
    },
    keyedHash(parts) {
      const { secret } = keys.at(-1) ?? current;
      const key = Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), 'keyed hash', 32));
      return createHmac('sha256', key).update(lengthPrefixed(parts)).digest('hex');
    },
  };
}

/**
 * Joins parts so that two different lists never give the same bytes. Each part begins with its length in `width` bytes; the
 * length of an absent part has every bit set, so that it differs from an empty one.
 */
export function lengthPrefixed(parts: readonly (string | undefined)[], width = 4): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      if (part === undefined) return [Buffer.alloc(width, 0xff)];
      const bytes = Buffer.from(part);
      const length = Buffer.alloc(width);
      length.writeUIntBE(bytes.length, 0, width);
      return [length, bytes];
    }),
  );
}
