// One measurement: so many runs wait for Flinks at once, on a server, a worker and a simulator of their own.
import { setTimeout as sleep } from 'node:timers/promises';
import { loginIdFor, type RecordedRequest } from '../simulator/server.js';
import { milliseconds } from '../src/contract.js';
import type { Flow, TemporalContender } from './contender.js';
import { bareTemporal, product } from './contenders.js';
import { lateness, pollsWithin, type PollClock } from './lateness.js';
import { cpuOf, memoryOf, startFlinks } from './processes.js';
import { startBenchServer, type ServerKind } from './servers.js';
import { percentile } from './statistics.js';

export const waiters = ['product', 'product without cache', 'bare'] as const;
export type Waiter = (typeof waiters)[number];

export interface WaitOptions {
  interval: string;
  /** Of the steady state, in which everything is measured. */
  seconds: number;
  server: ServerKind;
  /** All at one moment; otherwise evenly over a whole number of intervals, at `startsPerSecond` at the most. */
  together: boolean;
  startsPerSecond: number;
}

export interface Waited {
  waiter: Waiter;
  runs: number;
  polls: number;
  /** Seconds; Infinity, in JSON null, if a poll never came. */
  lateness: { p50: number; p99: number; max: number };
  /** Polls of the busiest second against the mean: 1 is perfectly even. */
  busiestSecond: number;
  /** CPU milliseconds a poll. */
  cpu: { server: number; worker: number; simulator: number };
  /** Megabytes resident, and kilobytes more than before the runs, for each of them. */
  memory: Record<'server' | 'worker', { megabytes: number; kilobytesPerRun: number }>;
}

/** As many runs as are worked on at once, and none that waits. */
const nearlyWithoutCache = { WORKER_MAX_CACHED_WORKFLOWS: '20' };

// After the last start; by then the runs that wait leave no time for the others.
const giveUpMs = 240_000;

// What a process needs once, it needs before the first run that waits.
const warmUps = 100;

/** So many runs did not all come to their wait, so that there is no steady state to measure. */
export class Overloaded extends Error {}

const pollClocks: Record<Waiter, PollClock> = {
  product: 'slots',
  'product without cache': 'slots',
  bare: 'afterReply',
};

export async function measureWaiting(waiter: Waiter, runs: number, options: WaitOptions): Promise<Waited> {
  const parts: { stop(): Promise<void> }[] = [];
  try {
    const server = await startBenchServer(options.server);
    parts.push(server);
    const flinks = await startFlinks();
    parts.push(flinks);
    const contender = await (waiter === 'bare'
      ? bareTemporal(server, flinks.environment)
      : product(server, flinks.environment, waiter === 'product without cache' ? nearlyWithoutCache : {}));
    parts.push(contender);

    await warmUp(contender, options);
    const memoryBefore = { server: memoryOf(server.pid), worker: memoryOf(contender.worker) };
    await startAll(contender, runs, options);
    await allWait(flinks.url, runs);
    await sleep(milliseconds(options.interval));

    const cpu = () => ({ server: cpuOf(server.pid), worker: cpuOf(contender.worker), simulator: cpuOf(flinks.pid) });
    const [before, from] = [cpu(), Date.now()];
    await sleep(options.seconds * 1_000);
    const [after, to] = [cpu(), Date.now()];
    const memory = (what: 'server' | 'worker') => {
      const megabytes = memoryOf(contender[what]);
      return { megabytes, kilobytesPerRun: ((megabytes - memoryBefore[what]) * 1_024) / runs };
    };
    const memoryAfter = { server: memory('server'), worker: memory('worker') };
    // Polls that were due at the end may still come, late as they are.
    await sleep(Math.max(10_000, milliseconds(options.interval)));
    const requests = await requestsOf(flinks.url);
    const polls = pollsWithin(requests, { from, to });
    const late = lateness(requests, pollClocks[waiter], milliseconds(options.interval), { from, to });
    const seconds = (share: number): number => percentile(late, share) / 1_000;
    return {
      waiter,
      runs,
      polls: polls.length,
      lateness: { p50: seconds(0.5), p99: seconds(0.99), max: seconds(1) },
      busiestSecond: busiest(polls, from) / (polls.length / options.seconds),
      cpu: {
        server: (after.server - before.server) / polls.length,
        worker: (after.worker - before.worker) / polls.length,
        simulator: (after.simulator - before.simulator) / polls.length,
      },
      memory: memoryAfter,
    };
  } finally {
    for (const part of parts.toReversed()) await part.stop();
  }
}

const flow = (scenario: string, n: number, { interval }: WaitOptions): Flow => ({
  loginId: loginIdFor(scenario, n),
  live: false,
  interval,
});

async function warmUp(contender: TemporalContender, options: WaitOptions): Promise<void> {
  let n = 0;
  const lane = async (): Promise<void> => {
    while (n < warmUps) await contender.run(flow('one-account', ++n, options));
  };
  await Promise.all(Array.from({ length: 10 }, lane));
}

async function startAll(contender: TemporalContender, runs: number, options: WaitOptions): Promise<void> {
  const interval = milliseconds(options.interval) / 1_000;
  const intervals = Math.max(1, Math.ceil(runs / (options.startsPerSecond * interval)));
  const everyMs = options.together ? 0 : (intervals * interval * 1_000) / runs;
  const begun = Date.now();
  const starts: Promise<unknown>[] = [];
  for (let n = 1; n <= runs; n++) {
    const start = contender.start(flow('pending-for-ever', n, options));
    // It is awaited below; until then nothing may take it for forgotten.
    start.catch(() => {});
    starts.push(start);
    const wait = begun + n * everyMs - Date.now();
    if (wait > 0) await sleep(wait);
  }
  await Promise.all(starts).catch((cause: unknown) => {
    throw new Overloaded(`A run could not be started: ${String(cause)}`, { cause });
  });
}

/** Resolves when every run has been told by Flinks to wait. */
async function allWait(flinks: string, runs: number): Promise<void> {
  const giveUpAt = Date.now() + giveUpMs;
  for (;;) {
    const counts = (await (await fetch(`${flinks}/_simulator/counts`)).json()) as { GetAccountsDetail?: number };
    const waiting = (counts.GetAccountsDetail ?? 0) - warmUps;
    if (waiting >= runs) return;
    if (Date.now() > giveUpAt) throw new Overloaded(`Only ${waiting} of ${runs} runs came to their wait.`);
    await sleep(500);
  }
}

const requestsOf = async (flinks: string): Promise<RecordedRequest[]> =>
  (await (await fetch(`${flinks}/_simulator/requests`)).json()) as RecordedRequest[];

function busiest(polls: readonly RecordedRequest[], from: number): number {
  const bySecond = new Map<number, number>();
  for (const { at } of polls) {
    const second = Math.floor((at - from) / 1_000);
    bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
  }
  return Math.max(0, ...bySecond.values());
}
