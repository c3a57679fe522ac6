import { startChild, untilReady, type Child } from '../../dev/child.js';
import { localEnvironment } from '../../dev/local-environment.js';
import { workerEnvironment, type Keys } from '../../simulator/defaults.js';
import { program as compiled, sourcesOf } from './compiled-programs.js';
import { bundleVariable } from './workflow-bundle.js';

/** A real worker in a process of its own: one process, so that a SIGKILL leaves nothing of it. */
export interface WorkerProcess extends Child {
  /** What it has written until now. */
  output(): string;
  /** Resolves when it polls; never, where it does not get so far. */
  ready: Promise<void>;
  /** As a deploy does it: the worker puts down its work and ends by itself. */
  terminate(): void;
}

export type Variables = Record<string, string | undefined>;

/** Compiled, if the bundle that was made for all files fits. A worker of other settings makes its bundle from the sources. */
const programFor = (variables: Variables): string[] =>
  bundleVariable(variables).WORKFLOW_BUNDLE === undefined ? sourcesOf('src/worker') : compiled('src/worker');

/** Starts a worker with these variables and no other word about Temporal, Flinks or workers. It may end at once. */
export async function launchWorker(variables: Variables, program?: string[]): Promise<WorkerProcess> {
  const lines: string[] = [];
  let isReady = () => {};
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  const log = (line: string): void => {
    lines.push(line);
    if (line.startsWith('worker ready')) isReady();
  };
  // A build has bundles of its own.
  const bundle = program === undefined || program.includes('tsx') ? bundleVariable(variables) : {};
  const env = localEnvironment({ WORKER_SHUTDOWN_GRACE: '8 seconds', ...bundle, ...variables });
  const child = await startChild(process.execPath, program ?? programFor(variables), { env, log });
  return { ...child, output: () => lines.join('\n'), ready, terminate: () => process.kill(child.pid, 'SIGTERM') };
}

/** Starts a worker between this Temporal server and this Flinks, and resolves when it polls. */
export async function startWorker(
  temporal: { address: string },
  flinks: { url: string; keys: Keys },
  variables: Variables = {},
  program?: string[],
): Promise<WorkerProcess> {
  const addresses = { TEMPORAL_ADDRESS: temporal.address, ...workerEnvironment(flinks.url, flinks.keys) };
  const worker = await launchWorker({ ...addresses, ...variables }, program);
  await untilReady(worker, () => worker.ready);
  return worker;
}
