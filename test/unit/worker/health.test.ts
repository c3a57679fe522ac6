import { expect, onTestFinished, test } from 'vitest';
import { ConfigurationError } from '../../../src/config/environment.js';
import { serveHealth, type WorkerState } from '../../../src/worker/health.js';

type RunState = ReturnType<NonNullable<WorkerState['worker']>['getStatus']>['runState'];

const worker = (runState: RunState) => ({ getStatus: () => ({ runState }) }) as NonNullable<WorkerState['worker']>;
const connection = (getSystemInfo: () => Promise<unknown>) =>
  ({
    withDeadline: (_: number, ask: () => Promise<unknown>) => ask(),
    workflowService: { getSystemInfo },
  }) as unknown as NonNullable<WorkerState['connection']>;
const answering = connection(async () => ({}));
const silent = connection(async () => Promise.reject(new Error('deadline')));

async function serve(state: WorkerState) {
  const server = await serveHealth({ host: '127.0.0.1', port: 0 }, state);
  onTestFinished(() => server.close());
  return async (path: string): Promise<string> => {
    const response = await fetch(server.url + path);
    return `${response.status} ${(await response.text()).trim()}`;
  };
}

test.each<[string, WorkerState, string, string]>([
  ['starts', {}, '200 ok', '503 starting'],
  ['takes work', { worker: worker('RUNNING'), connection: answering }, '200 ok', '200 ok'],
  [
    'has lost its server',
    { worker: worker('RUNNING'), connection: silent },
    '200 ok',
    '503 the Temporal server does not answer',
  ],
  ['puts down its work', { worker: worker('DRAINING'), connection: answering }, '200 ok', '503 draining'],
  ['has failed', { worker: worker('FAILED'), connection: answering }, '503 failed', '503 failed'],
])('a worker that %s says so', async (_, state, healthz, readyz) => {
  const ask = await serve(state);
  expect(await ask('/healthz')).toBe(healthz);
  expect(await ask('/readyz')).toBe(readyz);
});

test('anything else is not found', async () => {
  const ask = await serve({});
  expect(await ask('/')).toMatch(/^404/);
  expect(await ask('/constructor')).toMatch(/^404/);
});

test('an address that is taken is a fault of the configuration', async () => {
  const first = await serveHealth({ host: '127.0.0.1', port: 0 }, {});
  onTestFinished(() => first.close());
  const { hostname: host, port } = new URL(first.url);
  await expect(serveHealth({ host, port: Number(port) }, {})).rejects.toThrow(ConfigurationError);
});
