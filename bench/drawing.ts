// The picture itself: bars of flows a second and of CPU, and the lateness of polls over the number of waiting runs.
import type { FlowFigures } from './flow-figures.js';
import type { Waited, Waiter } from './waiting.js';

export interface FlowsFile {
  modes: Record<string, { contenders: Record<string, Pick<FlowFigures, 'flowsPerSecond' | 'cpu'>> }>;
}

export interface WaitFile {
  rows: Pick<Waited, 'waiter' | 'runs' | 'lateness' | 'cpu'>[];
}

interface Bar {
  label: string;
  /** Of each colour, from the left. */
  parts: number[];
  /** After the bar. */
  note: string;
}

const [width, labelWidth, noteWidth, barHeight] = [900, 230, 200, 18];

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

interface Panel {
  svg: string;
  height: number;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const text = (x: number, y: number, words: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more}>${escaped(words)}</text>`;

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

const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);

const bar = (label: string, parts: number[], bare: number | undefined): Bar => ({
  label,
  parts,
  note: total(parts).toFixed(1) + ofBare(total(parts), bare),
});

function bars(top: number, title: string, legend: string[], rows: Bar[]): Panel {
  const most = Math.max(...rows.map(({ parts }) => total(parts)));
  const room = width - labelWidth - noteWidth;
  const lines = [text(20, top + 15, title, ' class="title"'), key(legend, top + 15)];
  rows.forEach(({ label, parts, note }, row) => {
    const y = top + 30 + row * (barHeight + 8);
    lines.push(text(labelWidth - 10, y + 14, label, ' text-anchor="end"'));
    let x = labelWidth;
    parts.forEach((value, i) => {
      const length = (value / most) * room;
      lines.push(
        `<rect class="c${i}" x="${x.toFixed(1)}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}"/>`,
      );
      x += length;
    });
    lines.push(text(x + 8, y + 14, note));
  });
  const bottom = top + 28 + rows.length * (barHeight + 8);
  lines.push(`<path class="axis" d="M${labelWidth} ${top + 26}V${bottom}"/>`);
  return { svg: lines.join('\n'), height: bottom - top };
}

/** What the colours mean, at the right. */
function key(names: readonly string[], y: number): string {
  let x = width - 20;
  const entries = names.map((name, i) => ({ name, i })).toReversed();
  return entries
    .map(({ name, i }) => {
      x -= 35 + name.length * 7;
      return `<rect class="c${i}" x="${x}" y="${y - 10}" width="10" height="10"/>${text(x + 15, y, name)}`;
    })
    .join('');
}

const waiters: readonly Waiter[] = ['product', 'bare', 'product without cache'];

function latenessOver(top: number, rows: WaitFile['rows']): Panel {
  const [left, right, height] = [80, width - 40, 240];
  const [ceiling, floor] = [top + 40, top + height - 30];
  // Lateness goes from hundredths of a second to tens of them, so each step of the axis is ten times the one before.
  const [least, most] = [0.01, 100];
  const mostRuns = Math.max(...rows.map(({ runs }) => runs));
  const x = (runs: number): number => left + (runs / mostRuns) * (right - left);
  const y = (seconds: number): number =>
    floor -
    (Math.log10(Math.min(most, Math.max(least, seconds)) / least) / Math.log10(most / least)) * (floor - ceiling);
  const lines = [text(20, top + 15, 'Lateness of polls, p99, seconds', ' class="title"'), key(waiters, top + 15)];
  for (const seconds of [0.01, 0.1, 1, 10, 100])
    lines.push(
      `<path class="${seconds === 1 ? 'limit' : 'axis'}" d="M${left - (seconds === 1 ? 0 : 5)} ${y(seconds)}H${seconds === 1 ? right : left}"/>`,
      text(left - 10, y(seconds) + 4, `${seconds} s`, ' text-anchor="end" class="small"'),
    );
  lines.push(`<path class="axis" d="M${left} ${ceiling}V${floor}H${right}"/>`);
  for (const runs of new Set(rows.map((row) => row.runs)))
    lines.push(text(x(runs), floor + 16, String(runs), ' text-anchor="middle" class="small"'));
  lines.push(text((left + right) / 2, floor + 32, 'runs that wait at once', ' text-anchor="middle" class="small"'));
  waiters.forEach((waiter, i) => {
    const points = rows
      .filter((row) => row.waiter === waiter)
      .toSorted((one, other) => one.runs - other.runs)
      // A poll that never came is null in JSON, and beyond the axis.
      .map((row) => [x(row.runs), y(row.lateness.p99 ?? Infinity)] as const);
    lines.push(
      `<polyline class="c${i}" points="${points.map((p) => p.map((n) => n.toFixed(1)).join(',')).join(' ')}"/>`,
    );
    for (const [cx, cy] of points)
      lines.push(`<circle class="c${i}" cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="3"/>`);
  });
  return { svg: lines.join('\n'), height: height + 10 };
}
