// Payloads of a process that has PAYLOAD_ENCRYPTION=off.
import { createHash } from 'node:crypto';
import { createEncryptionCodec, type EncryptionCodec, type EncryptionOptions } from './codec.js';
import { isEncrypted } from './envelope.js';
import { UnknownPayloadKey, type KeyProvider } from './keys.js';

const noKeys: Pick<KeyProvider, 'keyToDecrypt'> = {
  keyToDecrypt: async (_, keyId) => {
    throw new UnknownPayloadKey(keyId);
  },
};

/**
 * Writes payloads as they are. What is encrypted waits for a process that has its key, as if this one had other keys: beside
 * workers that encrypt, one that does not must end no run of theirs.
 */
export function createReadableCodec(options: Pick<EncryptionOptions, 'namespace' | 'reader'>): EncryptionCodec {
  const encrypted = createEncryptionCodec({ ...options, keys: noKeys as KeyProvider });
  return {
    encode: async (payloads) => payloads,
    decode: async (payloads, context) =>
      (
        await Promise.all(payloads.map(async (one) => (isEncrypted(one) ? encrypted.decode([one], context) : [one])))
      ).flat(),
    decodeInput: async (payloads, of) =>
      (
        await Promise.all(payloads.map(async (one) => (isEncrypted(one) ? encrypted.decodeInput([one], of) : [one])))
      ).flat(),
    // There is no key, and nothing that it could protect: all payloads are readable.
    keyedHash: (parts) => createHash('sha256').update(JSON.stringify(parts)).digest('hex'),
  };
}
