// Where data keys come from. A data key encrypts the payloads of one workflow id, or of one namespace.
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';

/** What a payload belongs to. Without a workflow id it is of scope `namespace`: written by a codec server for the CLI. */
export interface PayloadScope {
  namespace: string;
  workflowId?: string | undefined;
}

/** A data key, and what has to be stored beside the ciphertext to find it again. */
export interface DataKey {
  keyId: string;
  key: KeyObject;
  /** The data key itself, wrapped by a key management service; local keys need none. */
  wrappedKey?: Uint8Array;
}

/** Finds data keys. It is asynchronous so that a key management service can stand behind it. */
export interface KeyProvider {
  /** The key with which payloads of this scope are encrypted now. */
  keyToEncrypt(scope: PayloadScope): Promise<DataKey>;
  /** The key that encrypted a payload. Rejects with UnknownPayloadKey where it is not to be had, and may come later. */
  keyToDecrypt(scope: PayloadScope, keyId: string, wrappedKey?: Uint8Array): Promise<KeyObject>;
}

/**
 * A payload was encrypted with a key that this process does not have. With the key it can be read, so a workflow task
 * fails with this and is tried again. The type and the key's id stay readable: see failure-converter.cjs.
 */
export class UnknownPayloadKey extends ApplicationFailure {
  constructor(keyId: string) {
    const mend = 'Add it to PAYLOAD_KEYS; whatever waits for it then goes on by itself.';
    super(`No payload key with the id ${keyId}. ${mend}`, 'UnknownPayloadKey');
  }
}

/** A key of 32 bytes and the id under which payloads name it. */
export interface PayloadKey {
  id: string;
  secret: Uint8Array;
}

const keyPattern = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63}):([A-Za-z0-9+/]{43}=)$/;

/** Reads `id:base64 of 32 bytes`, comma-separated. Returns undefined where any of it does not fit, or an id repeats. */
export function parsePayloadKeys(text: string): PayloadKey[] | undefined {
  const keys = text.split(',').map((part) => {
    const [, id, secret] = keyPattern.exec(part.trim()) ?? [];
    return id !== undefined && secret !== undefined ? { id, secret: Buffer.from(secret, 'base64') } : undefined;
  });
  const known = keys.filter((key) => key !== undefined);
  const ids = new Set(known.map(({ id }) => id));
  return known.length === keys.length && ids.size === known.length ? known : undefined;
}

/** How many derived keys are kept. One costs microseconds to derive again. */
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
  };
}

/**
 * Joins parts so that no two lists of parts give the same bytes; an absent part differs from an empty one. Each part's length
 * takes `width` bytes.
 */
export function lengthPrefixed(parts: readonly (string | Uint8Array | undefined)[], width = 4): Buffer {
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
