// Reading a file line by line, whatever is in it: a line of half a gigabyte, or bytes of another encoding.
import type { Readable } from 'node:stream';

/** Longer than any input of a run. */
const longestLine = 1024 * 1024;

/** A line without its end, or why it cannot be read. */
export type Line = { text: string } | { fault: string };

/** Yields each line, and holds no more than one of them. `signal` ends the reading, even if nothing more comes. */
export async function* linesOf(source: Readable, signal?: AbortSignal): AsyncGenerator<Line> {
  const stop = (): void => void source.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  const line = lineBuffer();
  try {
    for await (const chunk of source) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
      let start = 0;
      for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
        line.add(bytes.subarray(start, end));
        yield line.take();
        start = end + 1;
      }
      line.add(bytes.subarray(start));
    }
    if (!line.isEmpty()) yield line.take();
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

const newline = 0x0a;

function lineBuffer() {
  let parts: Buffer[] = [];
  let length = 0;
  return {
    isEmpty: () => length === 0,
    add(bytes: Buffer): void {
      length += bytes.length;
      if (length > longestLine) parts = [];
      else parts.push(bytes);
    },
    take(): Line {
      const [bytes, isTooLong] = [Buffer.concat(parts), length > longestLine];
      parts = [];
      length = 0;
      if (isTooLong) return { fault: `is longer than ${longestLine} bytes` };
      try {
        return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
      } catch {
        return { fault: 'is not UTF-8' };
      }
    },
  };
}
