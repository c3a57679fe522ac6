import type { Panel, Theme } from './panel.js';
import type { Waited, Waiter } from './waiting.js';

const waiters: readonly Waiter[] = ['product', 'bare', 'product without cache'];

// Lateness goes from hundredths of a second to tens of them, so each step of the axis is ten times the one before.
const [least, most] = [0.01, 100];

/** Lateness of polls over the number of runs that wait, with the second that they may take. */
export function latenessOver(theme: Theme, rows: readonly Pick<Waited, 'waiter' | 'runs' | 'lateness'>[]): Panel {
  const runs = [...new Set(rows.map((row) => row.runs))].toSorted((one, other) => one - other);
  return {
    height: 290,
    area: { top: 40, bottom: 54 },
    title: 'Lateness of polls, p99',
    legend: waiters,
    xAxis: {
      type: 'category',
      data: runs.map((count) => count.toLocaleString('en')),
      name: 'runs that wait at once',
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: { color: theme.text, fontSize: 12 },
      axisLine: { lineStyle: { color: theme.line } },
      axisLabel: { color: theme.text, fontSize: 12 },
    },
    yAxis: {
      type: 'log',
      min: least,
      max: most,
      axisLabel: { color: theme.text, fontSize: 12, formatter: (seconds: number) => `${seconds} s` },
      splitLine: { lineStyle: { color: theme.line, opacity: 0.3 } },
    },
    series: waiters.map((waiter, place) => ({
      type: 'line',
      name: waiter,
      symbol: 'circle',
      symbolSize: 8,
      itemStyle: { color: theme.series[place] ?? theme.line },
      lineStyle: { width: 2 },
      connectNulls: true,
      data: runs.map((count) => {
        const row = rows.find((one) => one.waiter === waiter && one.runs === count);
        // A poll that never came is null in JSON. It stands at the upper edge.
        return row ? Math.min(most, Math.max(least, row.lateness.p99 ?? Infinity)) : null;
      }),
      ...(place === 0 && {
        markLine: {
          silent: true,
          symbol: 'none',
          lineStyle: { color: theme.limit, type: 'dashed' },
          label: { color: theme.limit, formatter: 'one second', position: 'end' },
          data: [{ yAxis: 1 }],
        },
      }),
    })),
  };
}
