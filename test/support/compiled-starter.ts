// The command line, compiled once for all files of a test run: each command is a process of its own, and from sources it
// compiles them each time. That it runs from its sources, too, is what test/unit/cli/start.test.ts is for.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const variable = 'TEST_COMPILED_STARTER';

/** Called by vitest before the first file. Returns what takes the compiled files away after the last. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[variable] !== undefined) return undefined;
  // Beside the sources, as the build is, because what was compiled looks for its package there.
  const folder = await mkdtemp('.compiled-');
  await promisify(execFile)(join('node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json', '--outDir', folder]);
  process.env[variable] = join(folder, 'src', 'starter.js');
  return () => rm(folder, { recursive: true, force: true });
}

/** How Node starts the command line. */
export const starterProgram = (): string[] => {
  const compiled = process.env[variable];
  return compiled === undefined ? ['--import', 'tsx', 'src/starter.ts'] : [compiled];
};
