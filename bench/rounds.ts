// What one contender does in one round, and when it is alone.
import { loginIdFor } from '../simulator/server.js';
import type { Contender, Flow } from './contender.js';
import { cpuOf, cpuWithChildrenOf, ownCpu } from './processes.js';
import { percentile } from './statistics.js';

export const modes = ['cached', 'live'] as const;
export type Mode = (typeof modes)[number];

/** CPU milliseconds a flow. `flinks` is the simulator, which is not a cost of any contender. */
export type Cpu = Record<'server' | 'worker' | 'database' | 'client' | 'flinks', number>;

export interface Round {
  flowsPerSecond: number;
  cpu: Cpu;
}

let n = 0;
export const nextFlow = (mode: Mode): Flow => ({
  loginId: loginIdFor('one-account', ++n),
  live: mode === 'live',
  interval: '30 seconds',
});

export async function round(
  contender: Contender,
  mode: Mode,
  flinksPid: number,
  { flows, atOnce }: { flows: number; atOnce: number },
): Promise<Round> {
  const { server, worker, database } = contender;
  const cpu = (): Cpu => ({
    server: server === undefined ? 0 : cpuOf(server),
    worker: cpuOf(worker),
    database: database === undefined ? 0 : cpuWithChildrenOf(database),
    client: ownCpu(),
    flinks: cpuOf(flinksPid),
  });
  const [before, from] = [cpu(), performance.now()];
  let left = flows;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await contender.run(nextFlow(mode));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const [after, to] = [cpu(), performance.now()];
  const perFlow = (what: keyof Cpu): number => (after[what] - before[what]) / flows;
  return {
    flowsPerSecond: (flows * 1_000) / (to - from),
    cpu: {
      server: perFlow('server'),
      worker: perFlow('worker'),
      database: perFlow('database'),
      client: perFlow('client'),
      flinks: perFlow('flinks'),
    },
  };
}

export interface Latency {
  p50: number;
  p99: number;
}

/** Milliseconds of flows one after the other. */
export async function idle(contender: Contender, mode: Mode, flows: number): Promise<Latency> {
  const took: number[] = [];
  for (let i = 0; i < flows; i++) {
    const start = performance.now();
    await contender.run(nextFlow(mode));
    took.push(performance.now() - start);
  }
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
}
