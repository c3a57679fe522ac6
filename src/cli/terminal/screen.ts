// What a terminal can show: colours, and how much fits on a line.
import { inspect } from 'node:util';
import stringWidth from 'string-width';

/** Where output goes. Nothing is coloured or cut if it is not a terminal. */
export interface Screen {
  /** Columns of the terminal; undefined in a pipe or a file. */
  columns: number | undefined;
  colours: boolean;
}

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'gray' | 'bold';

/** The screen behind a stream. NO_COLOR, FORCE_COLOR and TERM are read by Node itself. */
export const screenOf = (stream: NodeJS.WriteStream): Screen =>
  stream.isTTY
    ? { columns: stream.columns > 0 ? stream.columns : 80, colours: stream.hasColors() }
    : { columns: undefined, colours: false };

export function painted(screen: Screen, colour: Colour | undefined, text: string): string {
  const [on, off] = (screen.colours && colour && inspect.colors[colour]) || [];
  return on === undefined ? text : `\x1b[${on}m${text}\x1b[${off}m`;
}

/** Columns that a text takes up: two for a wide character, none for a mark on the one before. */
export const widthOf = (text: string): number => stringWidth(text);

const graphemes = new Intl.Segmenter();

/** The text if it fits in `width` columns, else its beginning and an ellipsis. No character is cut in two. */
export function fitted(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
