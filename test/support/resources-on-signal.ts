// Loaded into a worker: at each SIGUSR2 it clears its memory and says what it still holds. It wants --expose-gc.
import { readdirSync } from 'node:fs';

process.on('SIGUSR2', () => {
  globalThis.gc?.();
  const held: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) held[kind] = (held[kind] ?? 0) + 1;
  const { rss, heapUsed } = process.memoryUsage();
  const files = readdirSync('/proc/self/fd').length;
  process.stderr.write(`resources ${JSON.stringify({ rss, heapUsed, files, held })}\n`);
});
