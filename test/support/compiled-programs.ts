// The programs, compiled once for all files of a test run: from sources each process compiles them again. That they run
// from their sources, too, is what test/unit/cli/start.test.ts, the demo and the bundle of other settings are for.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const variable = 'TEST_COMPILED_PROGRAMS';
type Program = 'src/starter' | 'src/worker' | 'simulator/main';

/** Called by vitest before the first file. Returns what takes the compiled files away after the last. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[variable] !== undefined) return undefined;
  // Beside the sources, as the build is, because what was compiled looks for its package there.
  const folder = await mkdtemp('.compiled-');
  const compile = (project: string) =>
    promisify(execFile)(join('node_modules', '.bin', 'tsc'), ['-p', project, '--outDir', folder]);
  await Promise.all([compile('tsconfig.build.json'), compile('tsconfig.simulator.json')]);
  process.env[variable] = folder;
  return () => rm(folder, { recursive: true, force: true });
}

/** How Node starts a program: compiled if this test run has compiled it, else from its sources. */
export const program = (name: Program): string[] => {
  const folder = process.env[variable];
  return folder === undefined ? sourcesOf(name) : [join(folder, `${name}.js`)];
};

/** How Node starts a program from its sources. */
export const sourcesOf = (name: Program): string[] => ['--import', 'tsx', `${name}.ts`];
