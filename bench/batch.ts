// How `start --from-file` does with thousands of logins: killed half-way and run again, with what it costs.
// LOGINS=5000 CONCURRENCY=100 npm run batch --prefix bench
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { localEnvironment } from '../dev/local-environment.js';
import { localKeyEnvironment } from '../dev/local-key.js';
import { startChild, untilReady } from '../dev/child.js';
import { startTemporalServer } from '../dev/temporal-server.js';
import { workerEnvironment } from '../simulator/defaults.js';
import { countByEndpoint, type RecordedRequest } from '../simulator/record.js';
import { loginIdFor, startSimulator } from '../simulator/server.js';

const size = Number(process.env['LOGINS'] ?? 5_000);
const concurrency = process.env['CONCURRENCY'] ?? '100';

const folder = await mkdtemp(join(tmpdir(), 'batch-'));
const file = join(folder, 'logins.ndjson');
const report = join(folder, 'report.ndjson');
const logins = Array.from({ length: size }, (_, index) => loginIdFor('one-account', index + 1));
await writeFile(file, logins.map((loginId) => `${loginId}\n`).join(''));

const keys = await localKeyEnvironment();
const server = await startTemporalServer();
const simulator = await startSimulator();
const temporal = { TEMPORAL_ADDRESS: server.address, ...keys };
const worker = await startWorker();
try {
  const killed = run();
  await half();
  killed.child.kill('SIGKILL');
  await killed.ended;
  const startedBefore = logins.length - notCalled();
  console.log(`killed: ${await outcomes()} outcomes in the report, ${startedBefore} logins at Flinks`);
  const resumed = run();
  const exit = await resumed.ended;
  console.log(`resumed: exit ${exit}, ${await outcomes()} outcomes in the report`);
  for (const [name, { mostKilobytes, took }] of Object.entries({ killed, resumed }))
    console.log(
      `${name}: ${(took() / 1_000).toFixed(1)} s, at most ${Math.round(mostKilobytes() / 1_024)} MB resident`,
    );
  console.log(`${Math.round((size * 1_000) / (killed.took() + resumed.took()))} logins a second from start to outcome`);
  const runs = await runsStarted();
  console.log(`${runs} runs were started for ${size} logins`);
  // A worker without enough processor repeats what is safe to repeat; a second run would ask for everything again.
  const repeated = loginsNotCalledOnce();
  console.log(`${size - repeated.length} of ${size} logins had each endpoint called exactly once`);
  for (const loginId of repeated) console.log(loginId, countByEndpoint(byLogin().get(loginId) ?? []));
  process.exitCode = exit === 0 && runs === size ? 0 : 1;
} finally {
  await worker.stop();
  await simulator.close();
  await server.stop();
  await rm(folder, { recursive: true });
}

async function startWorker() {
  let isReady = () => {};
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  const log = (line: string): void => (line.startsWith('worker ready') ? isReady() : undefined);
  const env = localEnvironment({ ...temporal, ...workerEnvironment(simulator.url, simulator.keys), LOG_LEVEL: 'warn' });
  const child = await startChild(process.execPath, ['--import', 'tsx', 'src/worker.ts'], { env, log });
  await untilReady(child, () => ready);
  return child;
}

/** Runs the batch as people do, and watches its memory. */
function run() {
  const begun = Date.now();
  let ended = 0;
  let most = 0;
  const options = ['--from-file', file, '--report', report, '--wait', '--concurrency', concurrency];
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/starter.ts', 'start', ...options], {
    env: localEnvironment(temporal),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const watching = setInterval(() => void residentKilobytes(child).then((now) => (most = Math.max(most, now))), 250);
  const exited = once(child, 'exit').then(([code]) => {
    clearInterval(watching);
    ended = Date.now();
    return code as number | null;
  });
  return { child, ended: exited, took: () => ended - begun, mostKilobytes: () => most };
}

async function residentKilobytes({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
}

async function half(): Promise<void> {
  while ((await outcomes()) < size / 2) await sleep(100);
}

async function outcomes(): Promise<number> {
  const lines = (await readFile(report, 'utf8').catch(() => '')).split('\n');
  return lines.filter((line) => line.includes('"outcome"')).length;
}

/** Open and closed ones. The list of runs is complete a moment after the last has ended. */
async function runsStarted(): Promise<number> {
  const connection = await Connection.connect({ address: server.address });
  try {
    for (let last = -1; ; await sleep(1_000)) {
      const { count } = await connection.workflowService.countWorkflowExecutions({ namespace: 'default' });
      if (count.toNumber() === last) return last;
      last = count.toNumber();
    }
  } finally {
    await connection.close();
  }
}

function byLogin(): Map<string, RecordedRequest[]> {
  const found = new Map<string, RecordedRequest[]>();
  for (const request of simulator.requests)
    if (request.loginId !== undefined) found.set(request.loginId, [...(found.get(request.loginId) ?? []), request]);
  return found;
}

function notCalled(): number {
  const called = byLogin();
  return logins.filter((loginId) => !called.has(loginId)).length;
}

function loginsNotCalledOnce(): string[] {
  const called = byLogin();
  return logins.filter((loginId) => {
    const counts = Object.values(countByEndpoint(called.get(loginId) ?? []));
    return counts.length !== 4 || counts.some((count) => count !== 1);
  });
}
