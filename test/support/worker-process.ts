import { startChild, untilReady, type Child } from '../../dev/child.js';
import { localEnvironment } from '../../dev/local-environment.js';
import { workerEnvironment, type Keys } from '../../simulator/defaults.js';
import { builtFile, program as built } from './compiled-programs.js';

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

/**
 * Starts a worker with these variables and no other word about Temporal, Flinks or workers: that of the build, or
 * `program` instead. It may end at once.
 */
export async function launchWorker(variables: Variables, program?: string[]): Promise<WorkerProcess> {
  const lines: string[] = [];
  let isReady = () => {};
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  const log = (line: string): void => {
    lines.push(line);
    if (line.startsWith('worker ready')) isReady();
  };
  // A worker of the build finds the bundle for its settings by itself. One from sources is spared making one.
  const bundle = program && { WORKFLOW_BUNDLE: builtFile('workflow-bundle.js') };
  const env = localEnvironment({ WORKER_SHUTDOWN_GRACE: '8 seconds', ...bundle, ...variables });
  const child = await startChild(process.execPath, program ?? built('src/worker'), { env, log });
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
