// Payload keys: makes one, and lists those that are configured. Neither asks a server.
import { createPayloadKey, describePayloadKeys, takenKeyIds } from '../temporal/payload-keys.js';
import { exitCode, say, usageError, writeJson, type ExitCode } from './terminal/output.js';

/** Prints a new key for PAYLOAD_KEYS and nothing else. Without an id, it gets today's date as its id. */
export function newKey(
  { id: given, json }: { id?: string; json?: boolean },
  environment: NodeJS.ProcessEnv = process.env,
): ExitCode {
  const taken = takenKeyIds(environment);
  const made = createPayloadKey(given ?? unusedId(new Date().toISOString().slice(0, 10), taken));
  // The id is not repeated: it may be a key that was pasted in the wrong place.
  if (!made)
    throw usageError(
      '--id must be up to 64 letters, digits, dots, hyphens and underscores, and begin with a letter or digit.',
    );
  // Two keys with one id: what the old one encrypted would look forged, and nobody would be told which key is missing.
  if (taken.has(made.id)) throw usageError('--id is the id of a key in PAYLOAD_KEYS. Give the new key another id.');
  if (json) writeJson(made);
  else process.stdout.write(`${made.id}:${made.key}\n`);
  return exitCode.ok;
}

/** Prints the ids of the configured keys and which one encrypts, and never a key. Throws a ConfigurationError. */
export function listKeys({ json }: { json?: boolean }, environment: NodeJS.ProcessEnv = process.env): ExitCode {
  const { encryption, ids } = describePayloadKeys(environment);
  const keys = ids.map((id, index) => ({ id, encrypts: encryption && index === 0 }));
  if (!encryption) say('PAYLOAD_ENCRYPTION is off: no key is used.');
  if (json) writeJson(keys);
  else for (const { id, encrypts } of keys) process.stdout.write(`${id}${encrypts ? '  (encrypts)' : ''}\n`);
  return exitCode.ok;
}

function unusedId(id: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? id : `${id}-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
