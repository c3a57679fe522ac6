// What the trial has instead of images: Temporal's own programs, a PostgreSQL of this machine, and the secrets' files.
import { execFile } from 'node:child_process';
import { chown, copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, temporalCli } from '../dev/binaries.js';
import { startChild, type Child } from '../dev/child.js';

const run = promisify(execFile);

/** Makes `.env` and the secrets for the simulator in this folder, and returns where the secrets are. */
export async function prepareIn(folder: string): Promise<string> {
  await mkdir(join(folder, 'deploy'));
  await cp('deploy/prepare', join(folder, 'deploy/prepare'));
  await run(join(folder, 'deploy/prepare'), ['--simulator']);
  return join(folder, 'deploy/secrets');
}

export interface TemporalPrograms {
  release: string;
  /** The folder with the programs, called as in the images. */
  bin: string;
  /** The server image's own entry point. */
  entrypoint: string;
}

/** Builds Temporal's server and SQL tool from their Go module, once for this user. */
export async function buildTemporal(folder: string, release = '1.32.0'): Promise<TemporalPrograms> {
  const built = join(cacheFolder(process.env), `temporal-server-${release}`);
  const env = { ...process.env, GOBIN: built };
  const programs = ['server', 'tools/sql'].map((program) => `go.temporal.io/server/cmd/${program}@v${release}`);
  for (const program of programs) await run('nice', ['-n', '19', 'go', 'install', program], { env });
  const { stdout } = await run('go', ['mod', 'download', '-json', `go.temporal.io/server@v${release}`]);
  const { Dir: module } = JSON.parse(stdout) as { Dir: string };
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await symlink(join(built, 'server'), join(bin, 'temporal-server'));
  await symlink(join(built, 'sql'), join(bin, 'temporal-sql-tool'));
  await symlink(await temporalCli(), join(bin, 'temporal'));
  // The image's shell knows an option that not every /bin/sh knows.
  const script = await readFile(join(module, 'docker/scripts/sh/entrypoint.sh'), 'utf8');
  const entrypoint = join(bin, 'entrypoint.sh');
  await writeFile(entrypoint, script.replace('#!/bin/sh', '#!/bin/bash'), { mode: 0o755 });
  return { release, bin, entrypoint };
}

export interface Postgres {
  start(): Promise<Child>;
  /** A database as SQL, bytes in hexadecimal. */
  dump(database: string): Promise<string>;
}

/** The folder of PostgreSQL's programs; fails if they are not installed. */
export async function postgresPrograms(): Promise<string> {
  const find = 'readlink -f "$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb | tail -n 1)"';
  return dirname((await run('sh', ['-c', find])).stdout.trim());
}

/** A new PostgreSQL with the user and the password that its image would get from the compose file. */
export async function createPostgres(port: number, passwordFile: string): Promise<Postgres> {
  const bin = await postgresPrograms();
  const folder = await mkdtemp(join(tmpdir(), 'postgres-data-'));
  // PostgreSQL refuses to run as root.
  const asRoot = process.getuid?.() === 0;
  const words = asRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : ['env'];
  const [command = '', ...before] = words;
  const password = join(folder, 'password');
  await copyFile(passwordFile, password);
  if (asRoot) {
    const ids = await Promise.all(['-u', '-g'].map(async (option) => run('id', [option, 'postgres'])));
    const [uid = 0, gid = 0] = ids.map(({ stdout }) => Number(stdout));
    for (const path of [folder, password]) await chown(path, uid, gid);
  }
  const data = join(folder, 'data');
  const auth = ['--username=temporal', `--pwfile=${password}`, '--auth=scram-sha-256'];
  await run(command, [...before, join(bin, 'initdb'), `--pgdata=${data}`, ...auth], { cwd: folder });
  return {
    async start() {
      const options = ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1'];
      const child = await startChild(command, [...before, join(bin, 'postgres'), ...options]);
      return { ...child, stop: () => child.stop().then(() => rm(folder, { recursive: true, force: true })) };
    },
    async dump(database) {
      const where = ['--host=127.0.0.1', `--port=${port}`, '--username=temporal', database];
      const { stdout: text } = await run(
        'sh',
        ['-c', 'PGPASSWORD=$(cat "$0") exec "$@"', passwordFile, join(bin, 'pg_dump'), ...where],
        {
          maxBuffer: 256 * 1024 * 1024,
        },
      );
      return text;
    },
  };
}
