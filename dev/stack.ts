import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { workerEnvironment } from '../simulator/defaults.js';
import { startSimulator, type Simulator } from '../simulator/server.js';
import { loadCodecServerConfig, startCodecServer } from '../src/codec-server/main.js';
import { loadPayloadConfig } from '../src/temporal/payloads.js';
import { openPayloadStore } from '../src/temporal/storage/storage.js';
import { startChild, untilReady, type Child } from './child.js';
import { localEnvironment } from './local-environment.js';
import { localKeyEnvironment } from './local-key.js';
import { localStorage } from './local-storage.js';
import { freePorts, loopback } from './ports.js';
import { startTemporalServer, type TemporalServer } from './temporal-server.js';

/** Ports are free ones unless they are given. */
export interface StackOptions {
  temporalPort?: number;
  uiPort?: number;
  simulatorPort?: number;
  codecPort?: number;
  /** SQLite file of the Temporal server; without it the runs are gone with the stack. */
  dbFilename?: string | undefined;
  /** Gets every line that the worker writes. */
  log?: (line: string) => void;
}

/** A Temporal server with its Web UI, a Flinks simulator, and a worker that joins the two. */
export interface Stack {
  temporal: TemporalServer;
  simulator: Simulator;
  /** Where the Web UI and the Temporal CLI have payloads decoded; nowhere if encryption is off. */
  codecUrl?: string;
  /** What a client of this stack needs in its environment. */
  environment: Record<string, string>;
  /** Rejects, with an error that names the part, when one of them ends though nobody stopped it. */
  broken: Promise<never>;
  stop: () => Promise<void>;
}

/** Starts the stack and resolves when the worker polls. An error names the part that could not be started. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { temporalPort, simulatorPort = 0, dbFilename, log } = options;
  const [uiPort = 0, codecPort = 0] = await portsOr(options.uiPort, options.codecPort);
  const stops: (() => Promise<void>)[] = [];
  // The last that was started goes first: the worker still needs the others to put down its work.
  const stop = async () => {
    for (const stopPart of stops.splice(0).toReversed()) await stopPart();
  };
  try {
    const storage = await part('payload storage', localStorage(dbFilename !== undefined));
    stops.push(storage.end);
    const payloads = { ...(await localKeyEnvironment()), ...storage.environment };
    const codec = await part('codec server', startCodec(localEnvironment(payloads), uiPort, codecPort));
    stops.push(async () => codec?.server.close());
    const temporal = await part(
      'Temporal server',
      startTemporalServer({ port: temporalPort, uiPort, dbFilename, codecEndpoint: codec?.url }),
    );
    stops.push(temporal.stop);
    const simulator = await part('simulator', startSimulator({ port: simulatorPort }));
    stops.push(() => simulator.close());
    const worker = await part('worker', startWorker(temporal, simulator, payloads, log));
    stops.push(worker.stop);
    const broken = Promise.race([unexpectedEnd('Temporal server', temporal), unexpectedEnd('worker', worker)]);
    // Whoever stops the stack on purpose no longer listens.
    broken.catch(() => undefined);
    const environment = { TEMPORAL_ADDRESS: temporal.address, ...payloads };
    return { temporal, simulator, ...(codec && { codecUrl: codec.url }), environment, broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The ports that were asked for, and free ones in place of 0. */
async function portsOr(...wanted: (number | undefined)[]): Promise<number[]> {
  const free = await freePorts(wanted.length);
  return wanted.map((port, index) => port || (free[index] ?? 0));
}

/** The dev server's Web UI has no login and so no token: its own pages on this machine may read without one. */
async function startCodec(env: NodeJS.ProcessEnv, uiPort: number, codecPort: number) {
  const payloads = loadPayloadConfig(env);
  if (!payloads) return undefined;
  const origins = [`http://${loopback}:${uiPort}`, `http://localhost:${uiPort}`];
  const config = loadCodecServerConfig({
    CODEC_HOST: loopback,
    CODEC_PORT: String(codecPort),
    CODEC_ORIGINS: origins.join(','),
    CODEC_DEV_OPEN: '1',
  });
  const server = await startCodecServer(config, payloads, () => undefined, openPayloadStore(env));
  return { server, url: `http://${loopback}:${codecPort}` };
}

async function part<T>(name: string, starting: Promise<T>): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    throw new Error(`The ${name} could not be started. ${(error as Error).message}`, { cause: error });
  }
}

async function unexpectedEnd(name: string, child: Child): Promise<never> {
  const { how } = await child.ended;
  throw new Error(`The ${name} ${how}: ${child.lastLines()}`);
}

async function startWorker(
  temporal: TemporalServer,
  simulator: Simulator,
  payloads: Record<string, string>,
  log?: (line: string) => void,
): Promise<Child> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const program = fileURLToPath(new URL('../src/worker.ts', import.meta.url));
  const env = localEnvironment({
    TEMPORAL_ADDRESS: temporal.address,
    ...payloads,
    // Less than a stopped child gets, so that it ends by itself.
    WORKER_SHUTDOWN_GRACE: '5 seconds',
    ...workerEnvironment(simulator.url, simulator.keys),
  });
  let ready = () => {};
  const polling = new Promise<void>((resolve) => (ready = resolve));
  const onLine = (line: string) => {
    log?.(line);
    if (line.includes('worker ready')) ready();
  };
  const worker = await startChild(process.execPath, ['--import', tsx, program], { env, log: onLine });
  await untilReady(worker, () => polling);
  return worker;
}
