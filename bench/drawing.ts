// The picture itself: bars of flows a second and of CPU, and the lateness of polls over the number of waiting runs.
import { init, type EChartsOption } from 'echarts';
import { bars, total, type Bar } from './bars.js';
import { latenessOver } from './lateness-chart.js';
import { left, right, width, type Panel, type Theme } from './panel.js';
import type { Waited } from './waiting.js';

type Medians<Names extends string> = Record<Names, { median: number }>;

/** What is drawn of the figures that the program of flows writes. */
export interface FlowsFile {
  modes: Record<
    string,
    { contenders: Record<string, Medians<'flowsPerSecond'> & { cpu: Medians<'server' | 'worker' | 'database'> }> }
  >;
}

/** What is drawn of the figures that the program of waiting runs writes. */
export interface WaitFile {
  rows: Pick<Waited, 'waiter' | 'runs' | 'lateness' | 'cpu'>[];
}

/** The picture as SVG, in the colours of one kind of page. Figures that are absent leave out their part of it. */
export function drawing(theme: Theme, { modes }: FlowsFile, { rows }: WaitFile): string {
  const panels: Panel[] = [];
  for (const [mode, { contenders }] of Object.entries(modes)) {
    panels.push(bars(theme, `Flows a second at saturation, ${mode}`, ['flows'], flowBars(contenders)));
    const parts = ['server', 'worker', 'database'];
    panels.push(bars(theme, `CPU milliseconds a flow, ${mode}`, parts, cpuBars(contenders)));
  }
  const fewest = Math.min(...rows.map(({ runs }) => runs));
  const polled = rows.filter(({ runs }) => runs === fewest);
  if (polled.length > 0) {
    const title = `CPU milliseconds a poll, ${fewest.toLocaleString('en')} runs that wait`;
    panels.push(bars(theme, title, ['server', 'worker'], pollBars(polled)));
    panels.push(latenessOver(theme, rows));
  }
  return rendered(theme, panels);
}

/** Puts the panels below each other. */
function rendered(theme: Theme, panels: readonly Panel[]): string {
  const gap = 16;
  const tops = panels.map((_, i) => gap + panels.slice(0, i).reduce((sum, { height }) => sum + height + gap, 0));
  const height = panels.reduce((sum, panel) => sum + panel.height + gap, gap);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  const bold = { color: theme.text, fontSize: 15, fontWeight: 600 } as const;
  chart.setOption({
    animation: false,
    backgroundColor: theme.paper,
    textStyle: { fontFamily: 'system-ui, sans-serif' },
    title: panels.map(({ title }, i) => ({ text: title, left: 14, top: tops[i] ?? 0, padding: 0, textStyle: bold })),
    grid: panels.map(({ area, height: own }, i) => {
      const top = (tops[i] ?? 0) + area.top;
      return { left, right, top, height: own - area.top - area.bottom };
    }),
    legend: panels.flatMap(({ legend = [] }, i) =>
      legend.length === 0
        ? []
        : [
            {
              data: [...legend],
              right: 40,
              top: (tops[i] ?? 0) - 2,
              padding: 0,
              icon: 'rect',
              selectedMode: false,
              // The widths of words are only estimated without a browser.
              itemGap: 26,
              itemWidth: 11,
              itemHeight: 11,
              textStyle: { color: theme.text, fontSize: 13 },
            },
          ],
    ),
    xAxis: panels.map(({ xAxis }, gridIndex) => ({ ...xAxis, gridIndex })),
    yAxis: panels.map(({ yAxis }, gridIndex) => ({ ...yAxis, gridIndex })),
    series: panels.flatMap(({ series }, i) =>
      // Nobody points at anything in a picture.
      series.map((one) => ({ ...one, silent: true, emphasis: { disabled: true }, xAxisIndex: i, yAxisIndex: i })),
    ),
  } as EChartsOption);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}

/** How often the bare flow's figure it is. */
const ofBare = (value: number, bare: number | undefined): string =>
  bare === undefined || bare === value ? '' : ` (${(value / bare).toFixed(2)} × bare)`;

const bar = (label: string, parts: number[], bare: number | undefined): Bar => ({
  label,
  parts,
  note: total(parts).toFixed(1) + ofBare(total(parts), bare),
});

type Contenders = FlowsFile['modes'][string]['contenders'];

function flowBars(contenders: Contenders): Bar[] {
  const bare = contenders['bare Temporal']?.flowsPerSecond.median;
  return Object.entries(contenders).map(([label, figures]) => bar(label, [figures.flowsPerSecond.median], bare));
}

function cpuBars(contenders: Contenders): Bar[] {
  const parts = ({ cpu }: Contenders[string]): number[] => [cpu.server, cpu.worker, cpu.database].map((s) => s.median);
  const bare = contenders['bare Temporal'];
  return Object.entries(contenders).map(([label, figures]) => bar(label, parts(figures), bare && total(parts(bare))));
}

function pollBars(rows: WaitFile['rows']): Bar[] {
  const parts = ({ cpu }: WaitFile['rows'][number]): number[] => [cpu.server, cpu.worker];
  const bare = rows.find(({ waiter }) => waiter === 'bare');
  return rows.map((row) => bar(row.waiter, parts(row), bare && total(parts(bare))));
}
