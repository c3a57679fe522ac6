import { randomBytes } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './binaries.js';
import { makePrivateFolder } from './private-folder.js';

/**
 * The payload keys of a local stack, as environment variables for its parts. A key is made once for this user and kept,
 * so that the runs of a `--db-filename` can still be read the next time. Whatever PAYLOAD_… is set already holds.
 */
export async function localKeyEnvironment(env: NodeJS.ProcessEnv = process.env): Promise<Record<string, string>> {
  if (env['PAYLOAD_KEYS'] || env['PAYLOAD_KEYS_FILE'] || env['PAYLOAD_ENCRYPTION'] === 'off') return {};
  const folder = cacheFolder(env);
  const file = join(folder, 'local-payload-key');
  await makePrivateFolder(folder);
  try {
    await stat(file);
  } catch {
    // `wx`, because another stack may be making it at this moment: the first one wins.
    const key = `local:${randomBytes(32).toString('base64')}\n`;
    await writeFile(file, key, { mode: 0o600, flag: 'wx' }).catch(() => undefined);
  }
  return { PAYLOAD_KEYS_FILE: file };
}
