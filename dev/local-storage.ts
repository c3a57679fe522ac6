import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheFolder } from './binaries.js';
import { makePrivateFolder } from './private-folder.js';

export interface LocalStorage {
  /** For the parts of the stack; empty if PAYLOAD_STORAGE is set already. */
  environment: Record<string, string>;
  /** Deletes the payloads of runs that are gone with the stack. */
  end: () => Promise<void>;
}

/** A folder for the large payloads of a local stack, kept where the stack's runs are. */
export async function localStorage(keepsRuns: boolean, env: NodeJS.ProcessEnv = process.env): Promise<LocalStorage> {
  if (env['PAYLOAD_STORAGE']) return { environment: {}, end: async () => undefined };
  const cache = cacheFolder(env);
  await makePrivateFolder(cache);
  await makePrivateFolder(join(cache, 'payloads'));
  if (keepsRuns) return { environment: inFolder(join(cache, 'payloads')), end: async () => undefined };
  const folder = await mkdtemp(join(cache, 'payloads-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Ctrl-C while the stack is starting ends this process at once.
  process.once('exit', remove);
  return {
    environment: inFolder(folder),
    async end() {
      process.off('exit', remove);
      remove();
    },
  };
}

const inFolder = (folder: string) => ({ PAYLOAD_STORAGE: pathToFileURL(folder).href });
