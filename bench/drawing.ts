// The picture itself: bars of flows a second and of CPU, and the lateness of polls over the number of waiting runs.
import { bars, total, width, type Bar, type Panel } from './bars.js';
import { latenessOver } from './lateness-chart.js';
import type { FlowFigures } from './flow-figures.js';
import type { Waited } from './waiting.js';

export interface FlowsFile {
  modes: Record<string, { contenders: Record<string, Pick<FlowFigures, 'flowsPerSecond' | 'cpu'>> }>;
}

export interface WaitFile {
  rows: Pick<Waited, 'waiter' | 'runs' | 'lateness' | 'cpu'>[];
}

const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .small { font-size: 11px }
  .paper { fill: #ffffff }
  .axis { stroke: #59636e; fill: none }
  .limit { stroke: #cf222e; stroke-dasharray: 5 4; fill: none }
  .c0 { fill: #0969da; stroke: #0969da } .c1 { fill: #bf8700; stroke: #bf8700 } .c2 { fill: #59636e; stroke: #59636e }
  polyline { fill: none !important; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .paper { fill: #0d1117 } .axis { stroke: #9198a1 } .limit { stroke: #ff7b72 }
    .c0 { fill: #58a6ff; stroke: #58a6ff } .c1 { fill: #d29922; stroke: #d29922 } .c2 { fill: #9198a1; stroke: #9198a1 }
  }`;

/** The SVG. Figures that are absent leave their part of the picture out. */
export function drawing({ modes }: FlowsFile, { rows }: WaitFile): string {
  const panels: ((y: number) => Panel)[] = [];
  for (const [mode, { contenders }] of Object.entries(modes)) {
    panels.push((y) => bars(y, `Flows a second at saturation, ${mode}`, [], flowBars(contenders)));
    panels.push((y) =>
      bars(y, `CPU milliseconds a flow, ${mode}`, ['server', 'worker', 'database'], cpuBars(contenders)),
    );
  }
  const few = Math.min(...rows.map(({ runs }) => runs));
  const pollBars = rows.filter(({ runs }) => runs === few);
  if (pollBars.length > 0) {
    const title = `CPU milliseconds a poll, ${few} runs that wait`;
    panels.push((y) => bars(y, title, ['server', 'worker'], cpuOfPolls(pollBars)));
    panels.push((y) => latenessOver(y, rows));
  }
  let y = 20;
  const drawn = panels.map((panel) => {
    const { svg, height } = panel(y);
    y += height + 28;
    return svg;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" role="img" aria-label="Measured performance">
<style>${style}
</style>
<rect class="paper" width="${width}" height="${y}" rx="6"/>
${drawn.join('\n')}
</svg>
`;
}

/** How often the bare flow's figure it is. */
const ofBare = (value: number, bare: number | undefined): string =>
  bare === undefined || bare === value ? '' : ` (${(value / bare).toFixed(2)} × bare)`;

type Contenders = FlowsFile['modes'][string]['contenders'];

function flowBars(contenders: Contenders): Bar[] {
  const bare = contenders['bare Temporal']?.flowsPerSecond.median;
  return Object.entries(contenders).map(
    ([
      label,
      {
        flowsPerSecond: { median },
      },
    ]) => ({
      label,
      parts: [median],
      note: median.toFixed(1) + ofBare(median, bare),
    }),
  );
}

function cpuBars(contenders: Contenders): Bar[] {
  const parts = ({ cpu }: Contenders[string]): number[] => [cpu.server, cpu.worker, cpu.database].map((s) => s.median);
  const bare = contenders['bare Temporal'];
  return Object.entries(contenders).map(([label, figures]) => bar(label, parts(figures), bare && total(parts(bare))));
}

function cpuOfPolls(rows: WaitFile['rows']): Bar[] {
  const parts = ({ cpu }: WaitFile['rows'][number]): number[] => [cpu.server, cpu.worker];
  const bare = rows.find(({ waiter }) => waiter === 'bare');
  return rows.map((row) => bar(row.waiter, parts(row), bare && total(parts(bare))));
}

const bar = (label: string, parts: number[], bare: number | undefined): Bar => ({
  label,
  parts,
  note: total(parts).toFixed(1) + ofBare(total(parts), bare),
});
