import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Collects the command lines of all processes again and again. The returned function ends that and returns them. */
export function watchArguments(): () => Promise<string> {
  const seen = new Set<string>();
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const { stdout } = await promisify(execFile)('ps', ['axww', '-o', 'args='], { maxBuffer: 64 * 1024 * 1024 });
      for (const line of stdout.split('\n')) seen.add(line);
      await pause(200, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    over.abort();
    await watching;
    return [...seen].join('\n');
  };
}
