// Tables in columns, or one field below the other if a terminal is too narrow for them.
import { harmless } from '../../contract/harmless.js';
import { fitted, painted, widthOf, type Colour, type Screen } from './screen.js';

export interface Column<Row> {
  title: string;
  cell: (row: Row) => string;
  rightAligned?: boolean;
  /** May be cut if the terminal is narrow. What people copy, such as an id, may not. */
  mayShrink?: boolean;
  colour?: (row: Row) => Colour | undefined;
}

const gap = '  ';
/** A cut column keeps this many columns, or nobody could tell its cells apart. */
const narrowest = 8;

/** The rows under their titles, each cell harmless. Ends with a line end. */
export function table<Row>(given: readonly Column<Row>[], rows: readonly Row[], screen: Screen): string {
  const columns = given.map((column) => ({ ...column, cell: (row: Row) => harmless(column.cell(row)) }));
  const natural = columns.map(({ title, cell }) => Math.max(widthOf(title), ...rows.map((row) => widthOf(cell(row)))));
  const widths = shrunk(columns, natural, screen.columns ?? Infinity);
  if (!widths) return blocks(columns, rows, screen);
  const line = (texts: string[], colourOf: (column: Column<Row>) => Colour | undefined): string =>
    columns
      .map((column, index) => {
        const width = widths[index] ?? 0;
        const text = fitted(texts[index] ?? '', width);
        const space = ' '.repeat(width - widthOf(text));
        const shown = painted(screen, colourOf(column), text);
        // Nothing is filled up at the end of a line: it would be copied along.
        if (column.rightAligned) return space + shown;
        return index === columns.length - 1 ? shown : shown + space;
      })
      .join(gap)
      .trimEnd();
  return [
    line(
      columns.map(({ title }) => title),
      () => 'bold',
    ),
    ...rows.map((row) =>
      line(
        columns.map(({ cell }) => cell(row)),
        ({ colour }) => colour?.(row),
      ),
    ),
    '',
  ].join('\n');
}

/** Widths that fit in `room`, taken from the widest that may shrink; undefined if that is not enough. */
function shrunk<Row>(columns: readonly Column<Row>[], natural: readonly number[], room: number): number[] | undefined {
  const widths = [...natural];
  const total = () => widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));
  while (total() > room) {
    const shrinkable = widths.filter((width, index) => columns[index]?.mayShrink && width > narrowest);
    if (shrinkable.length === 0) return undefined;
    const widest = widths.findIndex((width, index) => columns[index]?.mayShrink && width === Math.max(...shrinkable));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function blocks<Row>(columns: readonly Column<Row>[], rows: readonly Row[], screen: Screen): string {
  const titles = Math.max(...columns.map(({ title }) => widthOf(title)));
  return rows
    .map((row) =>
      columns
        .map(({ title, cell, colour }) => {
          const space = ' '.repeat(titles - widthOf(title));
          return `${painted(screen, 'bold', title)}${space}${gap}${painted(screen, colour?.(row), cell(row))}\n`;
        })
        .join(''),
    )
    .join('\n');
}
