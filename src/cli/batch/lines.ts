// The lines of a file or a pipe. No line can fill the memory.
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** More than any line that fits: an input with every field of it and a thousand accounts has 50 kB. */
export const longestLine = 1024 * 1024;

/**
 * Yields the lines of `source` without their ends, and undefined in place of one that is longer than `longestLine` characters,
 * and keeps nothing of it. Ends early, and destroys `source`, when `signal` is aborted.
 */
export async function* linesOf(source: Readable, signal?: AbortSignal): AsyncGenerator<string | undefined> {
  const stop = (): void => void source.destroy();
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  const decoder = new StringDecoder('utf8');
  let begun = '';
  let tooLong = false;
  let halfEnd = false;
  try {
    for await (const chunk of source as AsyncIterable<Buffer | string>) {
      const text = typeof chunk === 'string' ? chunk : decoder.write(chunk);
      // The two characters of one line end may come in two chunks.
      const parts = (halfEnd && text.startsWith('\n') ? text.slice(1) : text).split(/\r\n|[\r\n]/);
      if (text !== '') halfEnd = text.endsWith('\r');
      for (const [index, part] of parts.entries()) {
        if (index > 0) {
          yield tooLong ? undefined : begun;
          begun = '';
          tooLong = false;
        }
        tooLong ||= begun.length + part.length > longestLine;
        begun = tooLong ? '' : begun + part;
      }
    }
    begun += decoder.end();
    if (tooLong) yield undefined;
    else if (begun !== '') yield begun;
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
