// What a million logins a night need, from measured figures: `npm run model --prefix bench`.
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { Spread } from './statistics.js';
import { atSaturation, needOf, perLogin, type Night, type Part, type Parts, type Shares } from './need.js';
import type { Waited } from './waiting.js';

const command = new Command('npm run model --prefix bench --')
  .description('What so many logins a night need of server, database, workers and network, by the measured figures.')
  .requiredOption('--mixed <file>', 'figures of npm run mixed --prefix bench')
  .option(
    '--wait <file>',
    'figures of npm run wait --prefix bench: polls in a steady state, and memory of runs that wait',
  )
  .option('--flows <file>', 'figures of npm run flows --prefix bench, for --check')
  .option('--check', 'compare what the model says with what was measured', false)
  .option('--json', 'print one JSON document', false)
  .option('--logins <n>', 'a night', Number, 1_000_000)
  .option('--hours <n>', 'of a night', Number, 8)
  .option('--peak <factor>', 'the busiest hour against the mean', Number, 2)
  .option('--challenged <share>', 'logins whose bank asks a question', Number, 0.2)
  .option('--pending <share>', 'logins that wait for Flinks', Number, 0.1)
  .option('--polls <n>', 'of one that waits, on average', Number, 4)
  .option('--answer-seconds <n>', 'until a customer has answered', Number, 60)
  .option('--interval-seconds <n>', 'between two polls', Number, 30)
  .option('--utilisation <share>', 'how busy a core may be', Number, 0.6)
  .option('--write-ms <n>', 'a write to the database, which its shard waits for', Number, 5)
  .option('--shard-busy <share>', 'how busy a shard may be with writes', Number, 0.05)
  .option('--reply-kilobytes <n>', 'what Flinks sends for one login', Number, 50)
  .option('--worker-kilobytes-per-run <n>', 'a waiting run in a worker’s cache; with --wait as measured', Number, 195)
  .option('--nights-per-month <n>', 'nights that are paid for', Number, 30)
  .option('--price-per-million <dollars>', 'actions; otherwise Temporal Cloud’s list', Number)
  .parse();
const options = command.opts<Night & { mixed: string; wait?: string; flows?: string; check: boolean; json: boolean }>();

const read = async <T>(file: string): Promise<T> => JSON.parse(await readFile(file, 'utf8')) as T;
const mixed = await read<Parts & { oneAccount: Part; mix: Part; shares: Shares; cores: number }>(options.mixed);
const waited = options.wait === undefined ? undefined : await read<{ rows: Waited[] }>(options.wait);

// Of the smallest number of runs, because more than the machine can carry make a poll look expensive.
const steady = waited?.rows.filter(({ waiter }) => waiter === 'product').toSorted((a, b) => a.runs - b.runs)[0];
const parts: Parts = steady
  ? { ...mixed, poll: { ...mixed.poll, serverMs: steady.cpu.server, workerMs: steady.cpu.worker } }
  : mixed;
const night: Night =
  steady && command.getOptionValueSource('workerKilobytesPerRun') === 'default'
    ? { ...options, workerKilobytesPerRun: steady.memory.worker.kilobytesPerRun }
    : options;

const need = needOf(parts, night);
const checks = options.check ? await compare() : undefined;
if (options.json) console.log(JSON.stringify({ need, checks }));
else {
  const { perSecond, bandwidth, perNight } = need;
  const rows: [string, number, number?][] = [
    ['runs a second, busiest hour', perSecond.runs, 1],
    ['polls a second', perSecond.polls, 1],
    ['history events a second', perSecond.events],
    ['history kB a second', perSecond.bytes / 1_000],
    ['database writes a second', perSecond.databaseWrites],
    ['runs that wait at once', need.waitingAtOnce],
    ['history shards, at least', need.historyShards],
    ['cores for the server, without its database', need.serverCores, 1],
    ['cores for workers', need.workerCores, 1],
    ['GB in workers for runs that wait', need.workerGigabytesOfWaiting, 2],
    ['Mbit/s, Flinks to workers', bandwidth.flinksToWorkers, 1],
    ['Mbit/s, workers and server', bandwidth.workersAndServer, 1],
    ['GB of history a night', perNight.gigabytesStored, 1],
    ['million actions a night', perNight.millionActions, 1],
    ['dollars a month for actions', need.dollarsPerMonth],
  ];
  console.table(Object.fromEntries(rows.map(([name, value, digits = 0]) => [name, { need: value.toFixed(digits) }])));
  if (checks) {
    const rounded = checks.map(({ what, model, measured, error }) => [
      what,
      { model: model.toFixed(1), measured: measured.toFixed(1), error: `${(error * 100).toFixed(1)} %` },
    ]);
    console.table(Object.fromEntries(rounded));
  }
}

interface Check {
  what: string;
  model: number;
  measured: number;
  /** A share of what was measured; above 0 if the model says more. */
  error: number;
}

/** The model against what was measured, each of it in another run than the model's figures. */
async function compare(): Promise<Check[]> {
  const points: [what: string, model: number, measured: number][] = [];
  if (options.flows !== undefined) {
    const { modes } = await read<{ modes: Record<string, FlowsOfMode> }>(options.flows);
    const measured = modes['cached']?.contenders['flinks-temporal']?.flowsPerSecond.median;
    if (measured === undefined) throw new Error(`${options.flows} has no flows of the product in cached mode.`);
    points.push(['flows/s at saturation, cached', atSaturation(mixed.oneAccount, mixed.cores), measured]);
  }
  const login = perLogin(mixed, mixed.shares);
  const { mix } = mixed;
  points.push(
    ['CPU ms a run, server and worker, mixed', login.serverMs + login.workerMs, mix.serverMs + mix.workerMs],
    ['events a run, mixed', login.events, mix.events],
    ['bytes a run, mixed', login.bytes, mix.bytes],
    ['database writes a run, mixed', login.transitions, mix.transitions],
  );
  return points.map(([what, model, measured]) => ({ what, model, measured, error: model / measured - 1 }));
}

interface FlowsOfMode {
  contenders: Record<string, { flowsPerSecond: Spread }>;
}
