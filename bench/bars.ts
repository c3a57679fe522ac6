import { left, type Panel, type Theme } from './panel.js';

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

export interface Bar {
  label: string;
  /** One for each colour, from the left. */
  parts: number[];
  /** After the bar. */
  note: string;
}

const barHeight = 26;

/** Lying bars, one below the other, each of one or more coloured parts. */
export function bars(theme: Theme, title: string, names: readonly string[], rows: readonly Bar[]): Panel {
  const longest = Math.max(...rows.map(({ parts }) => total(parts)));
  const height = 34 + rows.length * barHeight + 22;
  return {
    height,
    area: { top: 34, bottom: 22 },
    title,
    ...(names.length > 1 && { legend: names }),
    // A little more, because a sum that is rounded up would lose its note.
    xAxis: { type: 'value', max: longest * 1.001, show: false },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(({ label }) => label),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: theme.line } },
      axisLabel: { color: theme.text, fontSize: 13, interval: 0, width: left - 20, overflow: 'truncate' },
    },
    series: names.map((name, part) => ({
      type: 'bar',
      name,
      stack: title,
      barWidth: 18,
      itemStyle: { color: theme.series[part] ?? theme.line },
      data: rows.map((row) => row.parts[part] ?? 0),
      // The last part stands at the end of the bar, also when it is nothing.
      ...(part === names.length - 1 && {
        label: {
          show: true,
          position: 'right',
          color: theme.text,
          fontSize: 13,
          formatter: ({ dataIndex }: { dataIndex: number }) => rows[dataIndex]?.note ?? '',
        },
      }),
    })),
  };
}
