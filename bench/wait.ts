// Runs that wait for Flinks at once, each with its own timers: `npm run wait --prefix bench`.
import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { milliseconds } from '../src/contract.js';
import { crossingOf, nextToTry } from './crossing.js';
import { numbers } from './numbers.js';
import { serverKinds, type ServerKind } from './servers.js';
import { measureWaiting, Overloaded, type Waited, type Waiter } from './waiting.js';

const options = new Command('npm run wait --prefix bench --')
  .description(
    'How late polls are, and what they cost, while so many runs wait at once. Each row has a server, a worker and a ' +
      'simulator of its own; the rows of one number follow each other, so that their ratio is of one run. Starts are ' +
      'spread evenly over a whole number of intervals, so that polls are; then one interval goes by unmeasured.',
  )
  .option('--runs <list>', 'how many wait at once, comma-separated', numbers, [1_000, 2_000, 4_000, 6_000])
  .option('--interval <duration>', 'between two polls of a run', '30 seconds')
  .option('--seconds <n>', 'of steady state to measure; otherwise three intervals', Number)
  .addOption(
    new Option('--cache <which>', 'the product’s worker with its cache of runs, without one, or by turns')
      .choices(['on', 'off', 'both'])
      .default('both'),
  )
  .option('--no-bare', 'leave the bare Temporal flow out, and with it the ratios')
  .option('--together', 'start all runs at one moment', false)
  .option('--starts-per-second <n>', 'at most so many', Number, 25)
  .addOption(new Option('--server <kind>', 'Temporal server').choices(serverKinds).default('tuned'))
  .option('--find', 'go on with the product until the number at which p99 passes 1 s is known', false)
  .option('--within <n>', 'to so many runs, with --find', Number, 250)
  .option('--json <file>', 'write the figures')
  .parse()
  .opts<{
    runs: number[];
    interval: string;
    seconds?: number;
    cache: 'on' | 'off' | 'both';
    bare: boolean;
    together: boolean;
    startsPerSecond: number;
    server: ServerKind;
    find: boolean;
    within: number;
    json?: string;
  }>();

const { seconds = (3 * milliseconds(options.interval)) / 1_000 } = options;
const found: Waited[] = [];
const unreached: { waiter: Waiter; runs: number }[] = [];
const table: Record<string, Record<string, string | number>> = {};

async function measure(waiter: Waiter, runs: number): Promise<void> {
  const tooMany = Math.min(...unreached.filter((tried) => tried.waiter === waiter).map(({ runs }) => runs));
  if (runs >= tooMany) return void unreached.push({ waiter, runs });
  console.error(`${runs} runs, ${waiter} ...`);
  const waited = await measureWaiting(waiter, runs, { ...options, seconds }).catch((error: unknown) => {
    if (!(error instanceof Overloaded)) throw error;
    console.error(error.message);
    unreached.push({ waiter, runs });
  });
  if (!waited) return;
  found.push(waited);
  const { polls, lateness, busiestSecond, cpu, memory } = waited;
  table[`${runs} ${waiter}`] = {
    polls,
    'late p50 s': lateness.p50.toFixed(3),
    'p99 s': lateness.p99.toFixed(3),
    'max s': lateness.max.toFixed(3),
    'busiest second': busiestSecond.toFixed(1),
    'server ms': cpu.server.toFixed(1),
    'worker ms': cpu.worker.toFixed(1),
    'simulator ms': cpu.simulator.toFixed(1),
    'worker MB': memory.worker.megabytes.toFixed(0),
    'worker kB a run': memory.worker.kilobytesPerRun.toFixed(0),
    'server MB': memory.server.megabytes.toFixed(0),
    'server kB a run': memory.server.kilobytesPerRun.toFixed(0),
  };
}

const cached: Waiter = options.cache === 'off' ? 'product without cache' : 'product';
for (const runs of options.runs) {
  await measure(cached, runs);
  if (options.bare) await measure('bare', runs);
  if (options.cache === 'both') await measure('product without cache', runs);
}
const crossing = () =>
  crossingOf(
    [...found, ...unreached.map((tried) => ({ ...tried, lateness: { p99: Infinity } }))].filter(
      ({ waiter }) => waiter === cached,
    ),
  );
if (options.find)
  for (let next; (next = nextToTry(crossing(), options.within)) !== undefined;) await measure(cached, next);

const perPoll = ({ cpu }: Waited): number => cpu.server + cpu.worker;
const ratios = options.runs.flatMap((runs) => {
  const bare = found.find((waited) => waited.runs === runs && waited.waiter === 'bare');
  return found
    .filter((waited) => waited.runs === runs && bare && waited !== bare)
    .map((waited) => ({ runs, waiter: waited.waiter, cpuPerPoll: perPoll(waited) / perPoll(bare as Waited) }));
});

const starts = options.together ? 'all at one moment' : 'spread evenly';
console.log(
  `${options.interval} between polls, ${seconds} s of steady state, starts ${starts}, ${options.server} server; CPU is a poll’s`,
);
console.table(table);
for (const { runs, waiter, cpuPerPoll } of ratios)
  console.log(`CPU per poll, server and worker, ${waiter} / bare at ${runs} runs: ${cpuPerPoll.toFixed(2)}`);
for (const { waiter, runs } of unreached) console.log(`${runs} runs, ${waiter}: too many for this machine`);
const { onTime, late } = crossing();
console.log(`p99 of ${cached} under 1 s at ${onTime ?? 'none'} runs, over it at ${late ?? 'none'}`);
if (options.json) {
  const { interval, together, server } = options;
  const result = { ratios, crossing: { onTime, late }, interval, seconds, together, server, rows: found, unreached };
  await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
}
