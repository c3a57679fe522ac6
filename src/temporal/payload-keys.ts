// Payload keys as people handle them: making one, and telling which are configured. No server is asked.
import { randomBytes } from 'node:crypto';
import { ConfigurationError, withSecretFiles, type Environment } from '../config/environment.js';
import { parsePayloadKeys } from './encryption/keys.js';
import { loadPayloadConfig } from './payloads.js';

/** A new random key under this id, as PAYLOAD_KEYS takes it. Undefined if the text cannot be an id. */
export function createPayloadKey(id: string): { id: string; key: string } | undefined {
  const key = randomBytes(32).toString('base64');
  return parsePayloadKeys(`${id}:${key}`)?.[0]?.id === id ? { id, key } : undefined;
}

function idsIn(environment: Environment): string[] {
  const text = withSecretFiles(environment, ['PAYLOAD_KEYS'])['PAYLOAD_KEYS'];
  return ((text && parsePayloadKeys(text)) || []).map(({ id }) => id);
}

/** The ids that a new key may not have. A first key is made before the configuration is complete. */
export function takenKeyIds(environment: Environment): ReadonlySet<string> {
  try {
    return new Set(idsIn(environment));
  } catch (error) {
    if (error instanceof ConfigurationError) return new Set();
    throw error;
  }
}

/** The ids of the configured keys, and whether encryption is on: then the first encrypts. Throws a ConfigurationError. */
export const describePayloadKeys = (environment: Environment): { encryption: boolean; ids: string[] } => ({
  encryption: loadPayloadConfig(environment) !== undefined,
  ids: idsIn(environment),
});
