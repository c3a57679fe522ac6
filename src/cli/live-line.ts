/** One line that is written again and again on a terminal, and a plain line now and then in a pipe or a log file. */
export interface LiveLine {
  /** Shows `text`. In a pipe it is written only where `keep` says that a reader should find it there later. */
  show(text: string, keep?: boolean): void;
  /** Leaves what is shown where it is; the next line starts below it. */
  end(): void;
}

/** A live line on `stream`. */
export function liveLine(stream: NodeJS.WriteStream): LiveLine {
  let shown = false;
  let kept = '';
  return {
    show(text, keep = false) {
      if (!stream.isTTY) {
        if (keep && text !== kept) stream.write(`${text}\n`);
        if (keep) kept = text;
        return;
      }
      stream.write(`\r\x1b[K${fitted(text, stream)}`);
      shown = true;
    },
    end() {
      if (shown) stream.write('\n');
      shown = false;
    },
  };
}

// A text that wraps could not be written over: the carriage return goes back to the start of its last row only.
function fitted(text: string, stream: NodeJS.WriteStream): string {
  const room = stream.columns > 0 ? stream.columns - 1 : 79;
  return text.length > room ? `${text.slice(0, room - 1)}…` : text;
}
