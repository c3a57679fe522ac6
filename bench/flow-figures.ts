import { loginIdFor } from '../simulator/server.js';
import type { Contender, TemporalContender } from './contender.js';
import type { HistoryCost } from './history-cost.js';
import { memoryOf } from './processes.js';
import type { Figures } from './ratios.js';
import { idle, nextFlow, round, type Mode, type Round } from './rounds.js';
import { spread, type Spread } from './statistics.js';

export interface FlowFigures extends Figures {
  durability: string;
  flowsPerSecond: Spread;
  cpu: Record<keyof Round['cpu'], Spread>;
  /** What one flow left in the store; absent if there is no Temporal. */
  history?: HistoryCost;
  /** Megabytes that the worker holds at the end. */
  memory: number;
}

export interface FlowOptions {
  rounds: number;
  flows: number;
  atOnce: number;
  idle: number;
}

/** Rounds that are not counted: V8 goes on compiling for some hundred flows. */
const warmUps = 2;

/** All contenders by turns, then each alone. */
export async function measureFlows(
  contenders: readonly Contender[],
  mode: Mode,
  flinksPid: number,
  options: FlowOptions,
): Promise<Map<string, FlowFigures>> {
  const rounds = new Map<Contender, Round[]>(contenders.map((contender) => [contender, []]));
  for (let i = -warmUps; i < options.rounds; i++)
    for (const [contender, counted] of rounds) {
      const figures = await round(contender, mode, flinksPid, options);
      if (i >= 0) counted.push(figures);
    }
  const figures = new Map<string, FlowFigures>();
  for (const [contender, counted] of rounds) {
    const cpu = (what: keyof Round['cpu']): Spread => spread(counted.map((one) => one.cpu[what]));
    const latency = await idle(contender, mode, options.idle);
    const history = isTemporal(contender) ? await historyOf(contender, mode) : undefined;
    figures.set(contender.name, {
      durability: contender.durability,
      flowsPerSecond: spread(counted.map(({ flowsPerSecond }) => flowsPerSecond)),
      cpu: {
        server: cpu('server'),
        worker: cpu('worker'),
        database: cpu('database'),
        client: cpu('client'),
        flinks: cpu('flinks'),
      },
      latency,
      ...(history && { history }),
      memory: Math.round(memoryOf(contender.worker)),
      rounds: counted,
    });
  }
  return figures;
}

const isTemporal = (contender: Contender): contender is TemporalContender => 'history' in contender;

async function historyOf(contender: TemporalContender, mode: Mode): Promise<HistoryCost> {
  // Each LoginId has accounts of its own; of the same ones all contenders' histories compare.
  const flow = { ...nextFlow(mode), loginId: loginIdFor('one-account', 1_000_000) };
  await contender.run(flow);
  return contender.history(flow);
}
