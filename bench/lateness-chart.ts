import { key, text, width, type Panel } from './bars.js';
import type { Waited, Waiter } from './waiting.js';

const waiters: readonly Waiter[] = ['product', 'bare', 'product without cache'];

/** Lateness of polls over the number of runs that wait, with the second that they may take. */
export function latenessOver(top: number, rows: readonly Pick<Waited, 'waiter' | 'runs' | 'lateness'>[]): Panel {
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
