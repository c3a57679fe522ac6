import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgres, postgresPrograms } from '../../deploy/native-parts.js';
import { untilReady, type Child } from '../../dev/child.js';
import { freePorts } from '../../dev/ports.js';
import type { Contender } from '../contender.js';
import { startForked } from '../forked.js';
import { installedFor, NotInstalled } from '../installed.js';

/** A flow on DBOS as its guide writes it: a library in the process that runs the flow, with a PostgreSQL of its own. */
export async function dbos(flinks: Record<string, string>): Promise<Contender> {
  installedFor('dbos', '@dbos-inc/dbos-sdk');
  const { database, url } = await startPostgres();
  try {
    const worker = await startForked('bench/dbos/worker.mjs', {
      ...flinks,
      DATABASE_URL: url,
    });
    return {
      name: 'DBOS',
      durability: 'PostgreSQL on disk, fsync=on, synchronous_commit=on',
      worker: worker.pid,
      database: database.pid,
      run: worker.run,
      async stop() {
        await worker.stop();
        await database.stop();
      },
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

async function startPostgres(): Promise<{ database: Child; url: string }> {
  await postgresPrograms().catch((cause: unknown) => {
    throw new NotInstalled('There is no PostgreSQL here: apt-get install postgresql', { cause });
  });
  const [port = 0] = await freePorts(1);
  const password = randomBytes(16).toString('hex');
  const folder = await mkdtemp(join(tmpdir(), 'bench-dbos-'));
  try {
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    const database = await (await createPostgres(port, passwordFile)).start();
    await untilReady(database, async (signal) => {
      while (!database.lastLines().includes('ready to accept connections')) await sleep(20, undefined, { signal });
    });
    return { database, url: `postgresql://temporal:${password}@127.0.0.1:${port}/bench` };
  } finally {
    await rm(folder, { recursive: true });
  }
}
