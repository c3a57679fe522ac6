// The same flow, done in different ways. Each has a process of its own for its work.
import { Client, type Connection } from '@temporalio/client';
import type { TemporalServer } from '../dev/temporal-server.js';
import { connectClient } from '../src/client.js';
import { startForked } from './forked.js';
import { startProgram } from './processes.js';

export interface Flow {
  loginId: string;
  live: boolean;
  /** Between two polls, as Temporal writes durations. */
  interval: string;
}

export interface Contender {
  name: string;
  /** What of a flow outlives a crash, and by which setting. */
  durability: string;
  /** Its own processes; a server that several share is counted in the rounds of each. */
  worker: number;
  server?: number;
  /** The process whose children do the database's work. */
  database?: number;
  /** Runs one flow to its end. */
  run(flow: Flow): Promise<unknown>;
  /** Whose history says what the flow cost; undefined where there is none. */
  workflowId?(flow: Flow): string;
  stop(): Promise<void>;
}

type Variables = Record<string, string>;
// The dev server without a database file: a flow outlives its worker, but not the server.
const inMemory = 'SQLite in the server’s memory';
const ready = (line: string): boolean => line.startsWith('worker ready');

/** A flow as the official samples are written, at the SDK's default settings. */
export async function bareTemporal(
  server: TemporalServer,
  connection: Connection,
  flinks: Variables,
): Promise<Contender> {
  const client = new Client({ connection });
  const environment = { ...flinks, TEMPORAL_ADDRESS: server.address };
  const worker = await startProgram(['--import', 'tsx', 'bench/bare/worker.ts'], environment, ready);
  const workflowId = ({ loginId }: Flow): string => `bare-${loginId}`;
  return {
    name: 'bare Temporal',
    durability: inMemory,
    worker: worker.pid,
    server: server.pid,
    workflowId,
    run: (flow) =>
      client.workflow.execute('bareFlow', {
        taskQueue: 'bare',
        workflowId: workflowId(flow),
        args: [flow.loginId, flow.live, flow.interval],
      }),
    stop: worker.stop,
  };
}

/** This product with everything on, as it is deployed: compiled, with its prebuilt bundle. */
export async function product(server: TemporalServer, environment: Variables): Promise<Contender> {
  const worker = await startProgram(
    [...(process.env['BENCH_NODE_ARGS']?.split(' ') ?? []), 'dist/src/worker.js'],
    environment,
    ready,
  );
  const client = await connectClient(environment);
  const workflowId = ({ loginId }: Flow): string => `account-details-${loginId.toLowerCase()}`;
  return {
    name: 'flinks-temporal',
    durability: inMemory,
    worker: worker.pid,
    server: server.pid,
    workflowId,
    async run({ loginId, live, interval }) {
      const mode = live ? 'live' : 'cached';
      const started = await client.start({ login: { loginId }, mode, polling: { interval } });
      return client.result(started.workflowId);
    },
    async stop() {
      await client.close();
      await worker.stop();
    },
  };
}

/** The calls one after the other, lost with the process that makes them. */
export async function plainScript(flinks: Variables): Promise<Contender> {
  const script = await startForked('bench/script.ts', flinks);
  return { name: 'plain script', durability: 'none', worker: script.pid, run: script.run, stop: script.stop };
}
