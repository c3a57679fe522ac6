import { expect, test } from 'vitest';
import { loginIdFor, startSimulator } from '../../simulator/server.js';
import { freePorts } from '../../dev/ports.js';
import { clientAt } from '../support/client.js';
import { devServer } from '../support/servers.js';
import { until } from '../support/until.js';
import { startWorker } from '../support/worker-process.js';

test('a worker told to stop with twenty calls in flight finishes them and exits 0 within its grace, and none is made again', async ({
  onTestFinished,
}) => {
  const [server, simulator, [healthPort]] = await Promise.all([devServer(), startSimulator(), freePorts(1)]);
  onTestFinished(() => server.stop());
  onTestFinished(() => simulator.close());
  const client = await clientAt(server.address);
  onTestFinished(() => client.close());
  const graceMs = 20_000;
  const worker = await startWorker(server, simulator, {
    WORKER_SHUTDOWN_GRACE: `${graceMs} ms`,
    HEALTH_ADDRESS: `127.0.0.1:${healthPort}`,
  });
  onTestFinished(() => worker.stop());

  const loginIds = Array.from({ length: 20 }, (_, index) => loginIdFor('one-account', index + 1));
  for (const loginId of loginIds)
    simulator.inject({ endpoint: 'GetAccountsDetail', loginId, fault: { kind: 'slow-first-byte', delayMs: 6_000 } });
  await Promise.all(loginIds.map((loginId) => client.start({ login: { loginId } })));
  const details = () => simulator.requests.filter(({ endpoint }) => endpoint === 'GetAccountsDetail');
  await until('twenty calls are in flight', () => details().length === loginIds.length, { everyMs: 10 });
  expect(details().filter(({ closedAt }) => closedAt !== undefined)).toEqual([]);
  worker.terminate();
  // A worker that puts down its work takes no more, and must not be restarted for that.
  const health = (path: string) => fetch(`http://127.0.0.1:${healthPort}${path}`).then(({ status }) => status);
  await until('it is not ready', async () => (await health('/readyz')) === 503);
  expect(await health('/healthz')).toBe(200);
  expect(await worker.ended).toEqual({ ok: true, how: 'ended with exit code 0' });
  // All of them had their answer: its grace was not over before.
  expect(details().filter(({ status, abortedByClient }) => status === 200 && !abortedByClient)).toHaveLength(20);

  const next = await startWorker(server, simulator);
  onTestFinished(() => next.stop());
  for (const loginId of loginIds)
    await expect(client.result(`account-details-${loginId}`)).resolves.toMatchObject({ polls: 0 });
  expect(details()).toHaveLength(20);
  expect(simulator.requests).toHaveLength(20 * 4);
});
