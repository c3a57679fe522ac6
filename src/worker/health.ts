// What an orchestrator asks a worker process: whether to restart it, and whether it takes work.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { NativeConnection, Worker } from '@temporalio/worker';
import type { Address } from '../config/address.js';
import { ConfigurationError } from '../config/environment.js';

/** How far a worker is. At first there is neither a connection nor a worker. */
export interface WorkerState {
  worker?: Pick<Worker, 'getStatus'>;
  connection?: Pick<NativeConnection, 'withDeadline' | 'workflowService'>;
}

export interface HealthServer {
  /** The address with the port in use. */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves `/healthz`, 200 unless the worker has failed, and `/readyz`, 200 while it takes work from a server that answers.
 * The body says why not. Throws a ConfigurationError if the address cannot be used.
 */
export async function serveHealth({ host, port }: Address, state: WorkerState): Promise<HealthServer> {
  const checks: Record<string, () => Promise<string>> = {
    '/healthz': async () => (state.worker?.getStatus().runState === 'FAILED' ? 'failed' : 'ok'),
    '/readyz': () => readiness(state),
  };
  const server = createServer((request, response) => {
    const check = checks[request.url ?? ''];
    const saying = (status: number, word: string): void => {
      response.writeHead(status, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end(`${word}\n`);
    };
    if (!check) return saying(404, 'There is /healthz and /readyz.');
    void check().then((word) => saying(word === 'ok' ? 200 : 503, word));
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch {
    throw new ConfigurationError([
      {
        variable: 'HEALTH_ADDRESS',
        problem: 'cannot be used: the port is taken, or this process may not listen there',
      },
    ]);
  }
  const bound = server.address();
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${typeof bound === 'object' && bound ? bound.port : port}`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A server that takes longer than this counts as unreachable. Probes usually wait a few seconds. */
const serverAnswersWithinMs = 2_000;

async function readiness({ worker, connection }: WorkerState): Promise<string> {
  if (!worker || !connection) return 'starting';
  const { runState } = worker.getStatus();
  if (runState !== 'RUNNING') return runState.toLowerCase();
  return connection
    .withDeadline(Date.now() + serverAnswersWithinMs, () => connection.workflowService.getSystemInfo({}))
    .then(
      () => 'ok',
      () => 'the Temporal server does not answer',
    );
}
