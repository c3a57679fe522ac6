// How long the programs take to start: `npm run start-up --prefix bench`. CPU does not depend on what else the machine does, as the
// time by the clock does.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { Command } from 'commander';
import { startTemporalServer } from '../dev/temporal-server.js';
import { DEFAULT_KEYS, workerEnvironment } from '../simulator/defaults.js';
import { taskQueue } from '../src/contract.js';
import { cpuOf, cpuOfEndedChildren, startProgram } from './processes.js';
import { spread } from './statistics.js';

const options = new Command('npm run start-up --prefix bench --')
  .description('Measures the help of the command line, and the worker from its start to its first poll.')
  .option('--rounds <n>', 'starts of each', Number, 10)
  .option('--json <file>', 'write the figures')
  .parse()
  .opts<{ rounds: number; json?: string }>();

interface Start {
  cpu: number;
  time: number;
}

function startHelp(...program: string[]): Start {
  const before = { cpu: cpuOfEndedChildren(), at: performance.now() };
  execFileSync(process.execPath, [...program, '--help']);
  return { cpu: cpuOfEndedChildren() - before.cpu, time: performance.now() - before.at };
}

const server = await startTemporalServer();
const connection = await Connection.connect({ address: server.address });
// Nothing is asked of Flinks, so there is none.
const environment = {
  ...workerEnvironment('http://127.0.0.1:9', DEFAULT_KEYS),
  PAYLOAD_KEYS: `bench:${randomBytes(32).toString('base64')}`,
  TEMPORAL_ADDRESS: server.address,
};

async function startWorker(...program: string[]): Promise<Start> {
  const begun = performance.now();
  const worker = await startProgram(program, environment, (line) => line.startsWith('worker ready'));
  try {
    // By then it has a connection and its workflows; the server says when it has asked for work.
    while (!(await polls(worker.pid))) await sleep(5);
    return { cpu: cpuOf(worker.pid), time: performance.now() - begun };
  } finally {
    await worker.stop();
  }
}

async function polls(pid: number): Promise<boolean> {
  const described = await connection.workflowService.describeTaskQueue({
    namespace: 'default',
    taskQueue: { name: taskQueue },
    taskQueueType: 1,
  });
  return described.pollers?.some(({ identity }) => identity?.startsWith(`${pid}@`)) ?? false;
}

const ways: Record<string, () => Start | Promise<Start>> = {
  'starter --help': () => startHelp('dist/src/starter.js'),
  'starter --help, from the sources': () => startHelp('--import', 'tsx', 'src/starter.ts'),
  'worker to its first poll': () => startWorker('dist/src/worker.js'),
};

try {
  const starts = new Map<string, Start[]>(Object.keys(ways).map((name) => [name, []]));
  // A round that is not counted fills the caches of files.
  for (let i = 0; i <= options.rounds; i++)
    for (const [name, start] of Object.entries(ways)) {
      const figures = await start();
      if (i > 0) starts.get(name)?.push(figures);
    }
  const results: Record<string, unknown> = {};
  const table: Record<string, Record<string, string>> = {};
  for (const [name, figures] of starts) {
    const [cpu, time] = (['cpu', 'time'] as const).map((what) => spread(figures.map((one) => one[what])));
    results[name] = { cpu, time };
    const text = (values = spread([])): string =>
      [values.min, values.median, values.max].map((one) => (one / 1_000).toFixed(2)).join(' / ');
    table[name] = { 'CPU s': text(cpu), 'by the clock s': text(time) };
  }
  console.log(`min / median / max of ${options.rounds} starts`);
  console.table(table);
  if (options.json) await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  await connection.close();
  await server.stop();
}
