// Flows of several ways of doing the same, in one run and by turns: `npm run bench`.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { Command } from 'commander';
import { startTemporalServer } from '../dev/temporal-server.js';
import { loginIdFor } from '../simulator/server.js';
import { bareTemporal, plainScript, product, type Contender, type Flow } from './contenders.js';
import { dbos } from './dbos/contender.js';
import { NotInstalled } from './installed.js';
import { restate } from './restate/contender.js';
import { cpuOf, cpuWithChildrenOf, memoryOf, ownCpu, startFlinks } from './processes.js';
import { percentile, spread, type Spread } from './statistics.js';

const options = new Command('npm run bench --')
  .description('Compares flows with a bare Temporal flow, a plain script, DBOS and Restate, by turns in one run.')
  .option('--rounds <n>', 'rounds by turns', Number, 5)
  .option('--flows <n>', 'flows of each contender a round', Number, 150)
  .option('--at-once <n>', 'flows in flight', Number, 10)
  .option('--idle <n>', 'flows one after the other, for the latency', Number, 60)
  .option('--mode <mode>', 'cached or live', 'cached')
  .option('--only <names>', 'contenders, comma-separated')
  .option('--json <file>', 'write the figures')
  .parse()
  .opts<{ rounds: number; flows: number; atOnce: number; idle: number; mode: string; only?: string; json?: string }>();

interface Round {
  flowsPerSecond: number;
  /** CPU milliseconds a flow. */
  server: number;
  worker: number;
  database: number;
  client: number;
}

let n = 0;
const nextFlow = (): Flow => ({
  loginId: loginIdFor('one-account', ++n),
  live: options.mode === 'live',
  interval: '30 seconds',
});

async function round(contender: Contender): Promise<Round> {
  const server = (): number => (contender.server === undefined ? 0 : cpuOf(contender.server));
  const database = (): number => (contender.database === undefined ? 0 : cpuWithChildrenOf(contender.database));
  const before = {
    server: server(),
    database: database(),
    worker: cpuOf(contender.worker),
    client: ownCpu(),
    at: performance.now(),
  };
  let left = options.flows;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await contender.run(nextFlow());
  };
  await Promise.all(Array.from({ length: options.atOnce }, lane));
  const seconds = (performance.now() - before.at) / 1_000;
  return {
    flowsPerSecond: options.flows / seconds,
    server: (server() - before.server) / options.flows,
    worker: (cpuOf(contender.worker) - before.worker) / options.flows,
    database: (database() - before.database) / options.flows,
    client: (ownCpu() - before.client) / options.flows,
  };
}

async function idle(contender: Contender): Promise<{ p50: number; p99: number }> {
  const took: number[] = [];
  for (let i = 0; i < options.idle; i++) {
    const start = performance.now();
    await contender.run(nextFlow());
    took.push(performance.now() - start);
  }
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
}

/** Events and bytes of one flow's history, and its actions as Temporal Cloud counts them. */
async function historyOf(contender: Contender, client: Client) {
  const flow = nextFlow();
  await contender.run(flow);
  const workflowId = contender.workflowId?.(flow);
  if (workflowId === undefined) return undefined;
  const handle = client.workflow.getHandle(workflowId);
  const { historyLength: events, historySize: bytes } = await handle.describe();
  const { events: all } = await handle.fetchHistory();
  const billed = (all ?? []).filter(
    (event) =>
      event.workflowExecutionStartedEventAttributes ??
      event.activityTaskScheduledEventAttributes ??
      event.timerStartedEventAttributes ??
      event.upsertWorkflowSearchAttributesEventAttributes ??
      event.markerRecordedEventAttributes ??
      event.workflowExecutionSignaledEventAttributes ??
      event.workflowExecutionUpdateAcceptedEventAttributes,
  );
  return { events, bytes, actions: billed.length };
}

const server = await startTemporalServer();
const flinks = await startFlinks();
const connection = await Connection.connect({ address: server.address });
const keys = { PAYLOAD_KEYS: `bench:${randomBytes(32).toString('base64')}` };
const environment = { ...flinks.environment, ...keys, TEMPORAL_ADDRESS: server.address };
const contenders: Contender[] = [];
try {
  const ways: Record<string, () => Promise<Contender>> = {
    bare: () => bareTemporal(server, connection, flinks.environment),
    product: () => product(server, environment),
    script: () => plainScript(flinks.environment),
    dbos: () => dbos(flinks.environment),
    restate: () => restate(flinks.environment),
  };
  const wanted = options.only?.split(',') ?? Object.keys(ways);
  for (const name of wanted) {
    const begin = ways[name];
    if (!begin) throw new Error(`There is no contender ${name}: ${Object.keys(ways).join(', ')}.`);
    try {
      contenders.push(await begin());
    } catch (error) {
      if (!(error instanceof NotInstalled)) throw error;
      console.error(`Without ${name}. ${error.message}`);
    }
  }

  const rounds = new Map<Contender, Round[]>(contenders.map((contender) => [contender, []]));
  // A round that is not counted warms everything up.
  for (let i = 0; i <= options.rounds; i++)
    for (const contender of contenders) {
      const figures = await round(contender);
      if (i > 0) rounds.get(contender)?.push(figures);
    }
  const results: Record<string, unknown> = {};
  const table: Record<string, Record<string, string | number>> = {};
  for (const [contender, figures] of rounds) {
    const of = (what: keyof Round): Spread => spread(figures.map((one) => one[what]));
    const latency = await idle(contender);
    const history = await historyOf(contender, new Client({ connection }));
    const memory = Math.round(memoryOf(contender.worker));
    const [rate, client] = [of('flowsPerSecond'), of('client')];
    const [serverCpu, worker, database] = [of('server'), of('worker'), of('database')];
    results[contender.name] = {
      durability: contender.durability,
      flowsPerSecond: rate,
      cpu: { server: serverCpu, worker, database, client },
      latency,
      history,
      memory,
    };
    const text = ({ min, median, max }: Spread): string => [min, median, max].map((one) => one.toFixed(1)).join(' / ');
    table[contender.name] = {
      'flows/s': text(rate),
      'server ms': text(serverCpu),
      'worker ms': text(worker),
      'database ms': text(database),
      'client ms': text(client),
      'p50 ms': latency.p50.toFixed(0),
      'p99 ms': latency.p99.toFixed(0),
      events: history?.events ?? '',
      bytes: history?.bytes ?? '',
      actions: history?.actions ?? '',
      MB: memory,
    };
  }
  console.log(
    `${options.mode}, ${options.flows} flows a round, ${options.atOnce} at once; min / median / max of ${options.rounds} rounds`,
  );
  console.table(table);
  for (const { name, durability } of contenders) console.log(`${name}: ${durability}`);
  if (options.json) await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  for (const contender of contenders) await contender.stop();
  await connection.close();
  await flinks.stop();
  await server.stop();
}
