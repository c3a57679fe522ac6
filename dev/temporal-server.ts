import { connect } from 'node:net';
import { chmod } from 'node:fs/promises';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { temporalCli } from './binaries.js';
import { startChild, untilReady, type Child } from './child.js';
import { localEnvironment } from './local-environment.js';
import { freePorts, loopback, obstacleTo } from './ports.js';

export interface TemporalServerOptions {
  /** Port of the gRPC service; a free one if it is absent. */
  port?: number | undefined;
  /** Port of the Web UI; 0 takes a free one. Without it there is no Web UI. */
  uiPort?: number | undefined;
  /** Codec server that the Web UI asks to read payloads. */
  codecEndpoint?: string | undefined;
  /** SQLite file that keeps the runs. Without it they are gone with the server. */
  dbFilename?: string | undefined;
  /** Created at the start if it does not exist; `default` if it is absent. */
  namespace?: string | undefined;
  /** Dynamic configuration of the server, each as `name=value`. */
  settings?: readonly string[] | undefined;
  /** False leaves the CLI's own settings, so that a benchmark can say what ours are worth. */
  tuned?: boolean | undefined;
  /** Gets every line that the server writes. */
  log?: ((line: string) => void) | undefined;
}

export interface TemporalServer extends Child {
  /** Host and port of the gRPC service. */
  address: string;
  uiUrl?: string;
}

/**
 * Starts a real Temporal dev server and resolves when workflows can be started in its namespace. Search attributes are
 * left to the worker. Throws an error that names the port if one is taken.
 */
export async function startTemporalServer(options: TemporalServerOptions = {}): Promise<TemporalServer> {
  const { codecEndpoint, dbFilename, namespace = 'default', settings = [], tuned = true, log } = options;
  const [freePort = 0, freeUiPort = 0] = await freePorts(2);
  const port = options.port || freePort;
  const uiPort = options.uiPort === undefined ? undefined : options.uiPort || freeUiPort;
  for (const wanted of [port, uiPort]) {
    const obstacle = wanted === undefined ? undefined : await obstacleTo(wanted);
    if (obstacle) throw new Error(`Port ${wanted} ${obstacle}.`);
  }

  const args = ['server', 'start-dev', '--ip', loopback, '--port', String(port), '--namespace', namespace];
  args.push(...settings.flatMap((setting) => ['--dynamic-config-value', setting]));
  args.push(...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]), ...pauses, ...smallUpdates);
  if (tuned) args.push(...quickPolls, ...calmLists, ...turns);
  if (codecEndpoint !== undefined) args.push('--ui-codec-endpoint', codecEndpoint);
  if (dbFilename !== undefined) args.push('--db-filename', dbFilename, ...(tuned ? quickWrites : []));
  const server = await startChild(await temporalCli(), args, { env: localEnvironment(), log });

  const address = `${loopback}:${port}`;
  await untilReady(server, (signal) => serving(address, namespace, signal));
  if (dbFilename !== undefined) await forThisUserOnly(dbFilename);
  return { ...server, address, ...(uiPort !== undefined && { uiUrl: `http://${loopback}:${uiPort}` }) };
}

// By default the server looks for new tasks 20 times a second, so that each step of a run waits up to 50 ms.
// Timers are due within 10 ms instead of a second, so that polls stay on a grid of one second.
const quickPolls = dynamicConfig(
  'history.transferProcessorMaxPollRPS=1000',
  'history.timerProcessorMaxPollRPS=1000',
  'history.timerProcessorMaxTimeShift="10ms"',
);

// Lists of runs are brought up to date once a second. A run that is over by then is written to them once, as closed, and not
// also at its start and at each change of a search attribute.
const calmLists = dynamicConfig('history.visibilityProcessorMaxPollRPS=1', 'history.visibilityTaskBatchSize=1000');

// Runs take turns by tenant only if that is switched on. A queue in several parts keeps the order in each part alone.
const turns = dynamicConfig(
  'matching.enableFairness=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
);

// Off by default, and part of what operators are told in docs/operations/runs.md.
const pauses = dynamicConfig('frontend.WorkflowPauseEnabled=true');

// Bytes of updates that a run may have at a time. A worker sends a refused update back whole, and no payload above 2 MB. So a
// larger update would fail each workflow task of its run.
const smallUpdates = dynamicConfig('history.maxInFlightUpdatePayloads=1000000');

function dynamicConfig(...settings: string[]): string[] {
  return settings.flatMap((setting) => ['--dynamic-config-value', setting]);
}

// At SQLite's own settings a file keeps up with a handful of runs a second only.
const quickWrites = ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'];

/** The server makes its files by the umask. It cannot be given an empty one: it would look for its tables there. */
async function forThisUserOnly(dbFilename: string): Promise<void> {
  // SQLite may have put away those beside the database by now.
  for (const file of [dbFilename, `${dbFilename}-wal`, `${dbFilename}-shm`])
    await chmod(file, 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
}

async function serving(address: string, namespace: string, signal: AbortSignal): Promise<void> {
  // gRPC waits a second after a refused connection, so the port is awaited first.
  while (!(await isOpen(address))) await sleep(20, undefined, { signal });
  const connection = await Connection.connect({ address, connectTimeout: '30 seconds' });
  try {
    while (!(await answers(connection, namespace))) await sleep(20, undefined, { signal });
  } finally {
    await connection.close();
  }
}

async function isOpen(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`http://${address}`);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function answers(connection: Connection, namespace: string): Promise<boolean> {
  // A count passes the frontend and the visibility store, and so shows that both know the namespace.
  return connection.workflowService.countWorkflowExecutions({ namespace }).then(
    () => true,
    () => false,
  );
}
