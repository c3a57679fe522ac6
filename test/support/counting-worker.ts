// A worker that at each SIGWINCH clears its memory and says what it still holds.
import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { exitCodeOf } from '../../src/process/program.js';
import { main } from '../../src/worker.js';

// Not by a flag of the command line, which the worker's threads would be given too.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('SIGWINCH', () => {
  collect();
  const held: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) held[kind] = (held[kind] ?? 0) + 1;
  const { rss, heapUsed } = process.memoryUsage();
  const files = readdirSync('/proc/self/fd').length;
  process.stderr.write(`resources ${JSON.stringify({ rss, heapUsed, files, held })}\n`);
});

process.exitCode = await exitCodeOf('worker', main);
