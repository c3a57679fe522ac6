// The parts of a picture in SVG that its panels share, and a panel of bars.

export const width = 900;
const [labelWidth, noteWidth, barHeight] = [230, 200, 18];

export interface Panel {
  svg: string;
  height: number;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export const text = (x: number, y: number, words: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more}>${escaped(words)}</text>`;

export const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);

export interface Bar {
  label: string;
  /** Of each colour, from the left. */
  parts: number[];
  /** After the bar. */
  note: string;
}

export function bars(top: number, title: string, legend: string[], rows: Bar[]): Panel {
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
export function key(names: readonly string[], y: number): string {
  let x = width - 20;
  const entries = names.map((name, i) => ({ name, i })).toReversed();
  return entries
    .map(({ name, i }) => {
      x -= 35 + name.length * 7;
      return `<rect class="c${i}" x="${x}" y="${y - 10}" width="10" height="10"/>${text(x + 15, y, name)}`;
    })
    .join('');
}
