import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePorts } from '../../dev/ports.js';
import { loginIdFor, startSimulator } from '../../simulator/server.js';
import { clientAt } from '../support/client.js';
import { devServer } from '../support/servers.js';
import { until } from '../support/until.js';
import { launchWorker, startWorker } from '../support/worker-process.js';

const ask = async (port: number, path: string): Promise<string> => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return `${response.status} ${(await response.text()).trim()}`;
};

test('a worker is not ready after the death of its server, stays alive, and is ready and at work when the server is back', async ({
  onTestFinished,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'health-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [port = 0, healthPort = 0] = await freePorts(2);
  const options = { port, dbFilename: join(folder, 'temporal.db') };
  let server = await devServer(options);
  onTestFinished(() => server.stop());
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  const worker = await startWorker(server, simulator, { HEALTH_ADDRESS: `127.0.0.1:${healthPort}` });
  onTestFinished(() => worker.stop());
  const becomes = (answer: string) =>
    until(`/readyz answers ${answer}`, async () => (await ask(healthPort, '/readyz')).startsWith(answer), {
      withinMs: 60_000,
      everyMs: 200,
    });

  await becomes('200 ok');
  expect(await ask(healthPort, '/healthz')).toBe('200 ok');
  expect(await ask(healthPort, '/metrics')).toMatch(/^404/);

  server.kill();
  await server.ended;
  await becomes('503 the Temporal server does not answer');
  expect(await ask(healthPort, '/healthz')).toBe('200 ok');

  server = await devServer(options);
  await becomes('200 ok');
  const client = await clientAt(server.address);
  onTestFinished(() => client.close());
  const { workflowId } = await client.start({ login: { loginId: loginIdFor('one-account') } });
  await expect(client.result(workflowId)).resolves.toMatchObject({ accounts: [expect.any(Object)] });
});

test.each(['HEALTH_ADDRESS', 'METRICS_ADDRESS'])('an address in use as %s is said by its name', async (variable) => {
  const simulator = await startSimulator();
  const taken = new URL(simulator.url).host;
  try {
    const worker = await launchWorker({
      FLINKS_BASE_URL: simulator.url,
      FLINKS_CUSTOMER_ID: 'c',
      FLINKS_SECRET_KEY: 's',
      FLINKS_API_KEY: 'a',
      [variable]: taken,
    });
    expect(await worker.ended).toMatchObject({ how: 'ended with exit code 2' });
    expect(worker.output()).toBe(
      `Configuration error: ${variable} cannot be used: the port is taken, or this process may not listen there.`,
    );
  } finally {
    await simulator.close();
  }
});
