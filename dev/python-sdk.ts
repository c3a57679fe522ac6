import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './binaries.js';
import { findPip, pipInstall } from './pip-install.js';

const run = promisify(execFile);
const text = readFileSync('examples/python/requirements.txt', 'utf8');

/** A Python that has Temporal's SDK, and the folder of its packages for PYTHONPATH. */
export interface PythonWithSdk {
  python: string;
  packages: string;
}

/**
 * What the Python example needs, from the cache folder, which pip fills the first time. If that is not possible it
 * is the reason, for the title of what is skipped.
 */
export async function pythonWithSdk(env = process.env): Promise<PythonWithSdk | { missing: string }> {
  const python = await findPip(env);
  if (!python) return { missing: 'there is no Python with pip' };
  const version = await run(python, ['-c', 'import sys; print(*sys.version_info[:2], sep=".")'], { env });
  const minor = version.stdout.trim();
  if (Number(minor.split('.')[1]) < 10) return { missing: `Python ${minor} is older than 3.10` };
  const key = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const packages = join(cacheFolder(env), `python-sdk-${key}-${minor}-${process.platform}-${process.arch}`);
  if (existsSync(packages)) return { python, packages };
  const check = async (folder: string): Promise<void> =>
    void (await run(python, ['-c', 'import temporalio.client'], { env: { ...env, PYTHONPATH: folder } }));
  try {
    await pipInstall(python, { called: 'Temporal’s Python SDK', text, megabytes: 16 }, packages, check, env);
    return { python, packages };
  } catch (error) {
    return { missing: `pip could not install the SDK: ${error instanceof Error ? error.message : 'no reason given'}` };
  }
}
