import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, untilReady, type Child } from '../../dev/child.js';
import { freePorts, loopback } from '../../dev/ports.js';
import { milliseconds } from '../../src/contract.js';
import type { Contender } from '../contender.js';
import { installedFor } from '../installed.js';
import { startProgram } from '../processes.js';

/** A flow on Restate as its guide writes it: a workflow of the LoginId's name, called through the server's ingress. */
export async function restate(flinks: Record<string, string>): Promise<Contender> {
  installedFor('restate', '@restatedev/restate-sdk');
  const server = await startRestate();
  const parts: Child[] = [server];
  const stop = async (): Promise<void> => {
    for (const part of parts.toReversed()) await part.stop();
  };
  try {
    const environment = { ...flinks, RESTATE_LOGGING: 'ERROR' };
    const program = ['--import', 'tsx', 'bench/restate/worker.mjs'];
    const worker = await startProgram(program, environment, (line) => line.startsWith('worker ready'));
    parts.push(worker);
    await post(`${server.admin}/deployments`, { uri: worker.line.split(' ').at(-1) });
    return {
      name: 'Restate',
      durability: 'log in RocksDB on disk, fsync on, 1 replica',
      worker: worker.pid,
      server: server.pid,
      run: ({ loginId, live, interval }) =>
        post(`${server.ingress}/flow/${loginId}/run`, { live, interval: milliseconds(interval) }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startRestate(): Promise<Child & { ingress: string; admin: string }> {
  // The package's own program starts this one in a further process, whose CPU we would have to look for.
  const platform = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  const program = installedFor('restate', `${platform}/bin/restate-server`);
  const [ingress, admin, node] = (await freePorts(3)).map((port) => `${loopback}:${port}`);
  const folder = await mkdtemp(join(tmpdir(), 'bench-restate-'));
  const environment = {
    RESTATE_INGRESS__BIND_ADDRESS: ingress,
    RESTATE_ADMIN__BIND_ADDRESS: admin,
    RESTATE_BIND_ADDRESS: node,
    RESTATE_LISTEN_MODE: 'tcp',
    RESTATE_DISABLE_TELEMETRY: 'true',
  };
  const args = ['--base-dir', folder, '--no-logo', '--log-filter', 'error'];
  const child = await startChild(program, args, { env: { ...process.env, ...environment } });
  const addresses = { ingress: `http://${ingress}`, admin: `http://${admin}` };
  await untilReady(child, async (signal) => {
    for (const url of [`${addresses.admin}/health`, `${addresses.ingress}/restate/health`])
      while (!(await isWell(url))) await sleep(50, undefined, { signal });
  });
  return { ...child, ...addresses, stop: () => child.stop().then(() => rm(folder, { recursive: true, force: true })) };
}

const isWell = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

async function post(url: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const reply = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}: ${await reply.text()}`);
  return reply.json();
}
