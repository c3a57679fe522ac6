import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { workerEnvironment } from '../simulator/defaults.js';
import { startSimulator, type Simulator } from '../simulator/server.js';
import { startChild, untilReady, type Child } from './child.js';
import { localEnvironment } from './local-environment.js';
import { startTemporalServer, type TemporalServer } from './temporal-server.js';

/** Ports are free ones unless they are given. */
export interface StackOptions {
  temporalPort?: number;
  uiPort?: number;
  simulatorPort?: number;
  /** SQLite file of the Temporal server; without it the runs are gone with the stack. */
  dbFilename?: string | undefined;
  /** Gets every line that the worker writes. */
  log?: (line: string) => void;
}

/** A Temporal server with its Web UI, a Flinks simulator, and a worker that joins the two. */
export interface Stack {
  temporal: TemporalServer;
  simulator: Simulator;
  /** Rejects, with an error that names the part, when one of them ends though nobody stopped it. */
  broken: Promise<never>;
  stop: () => Promise<void>;
}

/** Starts the stack and resolves when the worker polls. An error names the part that could not be started. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { temporalPort, uiPort = 0, simulatorPort = 0, dbFilename, log } = options;
  const stops: (() => Promise<void>)[] = [];
  // The last that was started goes first: the worker still needs the others to put down its work.
  const stop = async () => {
    for (const stopPart of stops.splice(0).toReversed()) await stopPart();
  };
  try {
    const temporal = await part('Temporal server', startTemporalServer({ port: temporalPort, uiPort, dbFilename }));
    stops.push(temporal.stop);
    const simulator = await part('simulator', startSimulator({ port: simulatorPort }));
    stops.push(() => simulator.close());
    const worker = await part('worker', startWorker(temporal, simulator, log));
    stops.push(worker.stop);
    const broken = Promise.race([unexpectedEnd('Temporal server', temporal), unexpectedEnd('worker', worker)]);
    // Whoever stops the stack on purpose no longer listens.
    broken.catch(() => undefined);
    return { temporal, simulator, broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
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
  log?: (line: string) => void,
): Promise<Child> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const program = fileURLToPath(new URL('../src/worker.ts', import.meta.url));
  const env = localEnvironment({
    TEMPORAL_ADDRESS: temporal.address,
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
