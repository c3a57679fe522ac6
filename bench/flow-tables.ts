import type { FlowFigures } from './flow-figures.js';
import type { Spread } from './statistics.js';

const text = ({ min, median, max }: Spread, digits: number): string =>
  [min, median, max].map((one) => one.toFixed(digits)).join(' / ');

type Table = Record<string, Record<string, string | number>>;

export function flowTable(figures: ReadonlyMap<string, FlowFigures>): Table {
  const table: Table = {};
  for (const [name, { flowsPerSecond, cpu, latency, history, memory }] of figures)
    table[name] = {
      'flows/s': text(flowsPerSecond, 1),
      'server ms': text(cpu.server, 1),
      'worker ms': text(cpu.worker, 1),
      'database ms': text(cpu.database, 1),
      'client ms': text(cpu.client, 1),
      'p50 ms': latency.p50.toFixed(0),
      'p99 ms': latency.p99.toFixed(0),
      events: history?.events ?? '',
      bytes: history?.bytes ?? '',
      actions: history?.actions ?? '',
      MB: memory,
    };
  return table;
}

export const ratioTable = (ratios: Readonly<Record<string, Spread | number>>): Table =>
  Object.fromEntries(
    Object.entries(ratios).map(([name, ratio]) => [
      name,
      { ratio: typeof ratio === 'number' ? ratio.toFixed(2) : text(ratio, 2) },
    ]),
  );
