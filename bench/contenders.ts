// The same flow, done in different ways. Each has a process of its own for its work.
import { Client, type WorkflowHandle } from '@temporalio/client';
import { connectClient } from '../src/client.js';
import type { StartedRun } from '../src/client/start.js';
import { accountDetailsWorkflowId } from '../src/contract.js';
import type { Contender, Flow, TemporalContender } from './contender.js';
import { startForked } from './forked.js';
import { historyCost } from './history-cost.js';
import { startProgram } from './processes.js';
import type { BenchServer } from './servers.js';

type Variables = Record<string, string>;
const ready = (line: string): boolean => line.startsWith('worker ready');

/** A flow as the official samples are written, at the SDK's default settings. */
export async function bareTemporal(server: BenchServer, flinks: Variables): Promise<TemporalContender> {
  const client = new Client({ connection: server.connection });
  const environment = { ...flinks, TEMPORAL_ADDRESS: server.address };
  const worker = await startProgram(['--import', 'tsx', 'bench/bare/worker.ts'], environment, ready);
  const workflowId = ({ loginId }: Flow): string => `bare-${loginId}`;
  const start = (flow: Flow): Promise<WorkflowHandle> =>
    client.workflow.start('bareFlow', {
      taskQueue: 'bare',
      workflowId: workflowId(flow),
      args: [flow.loginId, flow.live, flow.interval],
    });
  return {
    name: server.nameOf('bare Temporal'),
    durability: server.durability,
    worker: worker.pid,
    server: server.pid,
    start,
    run: async (flow) => (await start(flow)).result(),
    history: (flow) => historyCost(server.connection, workflowId(flow)),
    stop: worker.stop,
  };
}

/** This product with everything on, as it is deployed: compiled, with its prebuilt bundle. */
export async function product(
  server: BenchServer,
  flinks: Variables,
  variables: Variables = {},
): Promise<TemporalContender> {
  const environment = { ...flinks, ...server.keys, TEMPORAL_ADDRESS: server.address };
  const more = process.env['BENCH_NODE_ARGS']?.split(' ') ?? [];
  const worker = await startProgram([...more, 'dist/src/worker.js'], { ...environment, ...variables }, ready);
  const client = await connectClient(environment);
  const start = ({ loginId, live, interval, deadline }: Flow): Promise<StartedRun> =>
    client.start({
      login: { loginId },
      mode: live ? 'live' : 'cached',
      polling: { interval, ...(deadline !== undefined && { deadline }) },
    });
  return {
    name: server.nameOf('flinks-temporal'),
    durability: server.durability,
    worker: worker.pid,
    server: server.pid,
    start,
    run: async (flow) => client.result((await start(flow)).workflowId),
    history: ({ loginId }) => historyCost(server.connection, accountDetailsWorkflowId(loginId)),
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
