// Payload keys: making one, and saying which there are. Neither asks a server.
import { randomBytes } from 'node:crypto';
import { ConfigurationError, withSecretFiles, type Environment } from '../config/environment.js';
import { parsePayloadKeys, type PayloadKey } from '../temporal/encryption/keys.js';
import { loadPayloadConfig } from '../temporal/payloads.js';
import { exitCode, say, usageError, writeJson, type ExitCode } from './terminal/output.js';

/** Prints a new key for PAYLOAD_KEYS and nothing else. Its id is today's date where none is given. */
export function newKey(
  { id: given, json }: { id?: string; json?: boolean },
  environment: Environment = process.env,
): ExitCode {
  const taken = new Set(idsIn(environment));
  const id = given ?? unusedId(new Date().toISOString().slice(0, 10), taken);
  const key = randomBytes(32).toString('base64');
  // The id is not repeated: it may be a key that was pasted in the wrong place.
  if (parsePayloadKeys(`${id}:${key}`)?.[0]?.id !== id)
    throw usageError(
      '--id must be up to 64 letters, digits, dots, hyphens and underscores, and begin with a letter or digit.',
    );
  // With another key under its id, what the old one wrote would look forged instead of asking for its key.
  if (taken.has(id)) throw usageError('--id is the id of a key in PAYLOAD_KEYS; a new key needs another one.');
  if (json) writeJson({ id, key });
  else process.stdout.write(`${id}:${key}\n`);
  return exitCode.ok;
}

/** Prints the ids of the configured keys and which one encrypts; never a key. Throws a ConfigurationError. */
export function listKeys({ json }: { json?: boolean }, environment: Environment = process.env): ExitCode {
  const encryption = loadPayloadConfig(environment) !== undefined;
  const keys = configuredKeys(environment).map(({ id }, index) => ({ id, encrypts: encryption && index === 0 }));
  if (!encryption) say('PAYLOAD_ENCRYPTION is off: no key is used.');
  if (json) writeJson(keys);
  else for (const { id, encrypts } of keys) process.stdout.write(`${id}${encrypts ? '  (encrypts)' : ''}\n`);
  return exitCode.ok;
}

const configuredKeys = (environment: Environment): PayloadKey[] => {
  const text = withSecretFiles(environment, ['PAYLOAD_KEYS'])['PAYLOAD_KEYS'];
  return (text && parsePayloadKeys(text)) || [];
};

/** The ids that are in use here. A first key is made before the configuration fits. */
function idsIn(environment: Environment): string[] {
  try {
    return configuredKeys(environment).map(({ id }) => id);
  } catch (error) {
    if (error instanceof ConfigurationError) return [];
    throw error;
  }
}

function unusedId(id: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? id : `${id}-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
