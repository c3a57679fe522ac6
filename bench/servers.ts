// The Temporal servers of a benchmark: as this product starts them, and as the CLI does.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { startTemporalServer } from '../dev/temporal-server.js';

export const serverKinds = ['tuned', 'default'] as const;
export type ServerKind = (typeof serverKinds)[number];

export interface BenchServer {
  kind: ServerKind;
  pid: number;
  address: string;
  connection: Connection;
  /** What of a flow outlives a crash, and by which setting. */
  durability: string;
  /** The product's payload keys on this server. */
  keys: Record<string, string>;
  /** What a contender is called on this server. */
  nameOf(contender: string): string;
  stop(): Promise<void>;
}

/** Starts a server, which keeps its runs in memory or, `withFile`, in a database file that goes with it. */
export async function startBenchServer(kind: ServerKind, withFile = false): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-server-'));
  const dbFilename = withFile ? join(folder, 'temporal.db') : undefined;
  const server = await startTemporalServer({ tuned: kind === 'tuned', dbFilename });
  const connection = await Connection.connect({ address: server.address });
  const onFile = kind === 'tuned' ? 'SQLite file, WAL, synchronous=NORMAL' : 'SQLite file at SQLite’s own settings';
  return {
    kind,
    pid: server.pid,
    address: server.address,
    connection,
    // In memory a flow outlives its worker, but not the server.
    durability: withFile ? onFile : 'SQLite in the server’s memory',
    keys: { PAYLOAD_KEYS: `bench:${randomBytes(32).toString('base64')}` },
    nameOf: (contender) => (kind === 'tuned' ? contender : `${contender}, default server`),
    async stop() {
      await connection.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
