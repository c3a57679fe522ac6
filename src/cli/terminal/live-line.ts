import { harmless } from '../../contract/harmless.js';
import { fitted, painted, screenOf, type Colour } from './screen.js';

/** One line that is written again and again on a terminal, and a plain line now and then in a pipe or a log file. */
export interface LiveLine {
  /** Shows `text`. In a pipe it is written only if `keep` is set, for people who read it later. */
  show(text: string, keep?: boolean, colour?: Colour): void;
  /** Writes a line that stays above the live one. */
  above(text: string): void;
  /** Leaves what is shown where it is; the next line starts below it. */
  end(): void;
}

/** A live line on `stream`. */
export function liveLine(stream: NodeJS.WriteStream): LiveLine {
  let shown = false;
  let kept = '';
  return {
    show(given, keep = false, colour) {
      const text = harmless(given);
      const screen = screenOf(stream);
      if (screen.columns === undefined) {
        if (keep && text !== kept) stream.write(`${text}\n`);
        if (keep) kept = text;
        return;
      }
      // A text that wraps could not be written over: the carriage return goes back to the start of its last row only.
      stream.write(`\r\x1b[K${painted(screen, colour, fitted(text, screen.columns - 1))}`);
      shown = true;
    },
    above(given) {
      const text = harmless(given);
      stream.write(shown ? `\r\x1b[K${text}\n` : `${text}\n`);
      shown = false;
    },
    end() {
      if (shown) stream.write('\n');
      shown = false;
    },
  };
}
