// The programs and the bundles of their workflows, built once for all files of a test run: from sources each process
// would compile and bundle them again. That they run from their sources, too, is what test/unit/cli/start.test.ts and
// the demo are for.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const variable = 'TEST_COMPILED_PROGRAMS';
type Program = 'src/starter' | 'src/worker' | 'simulator/main';

/** Called by vitest before the first file. Returns what takes the build away after the last. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[variable] !== undefined) return undefined;
  // Beside the sources, as `npm run build` puts it, because what was compiled looks for its package there.
  const folder = await mkdtemp('.compiled-');
  const run = promisify(execFile);
  const compile = (project: string) => run(join('node_modules', '.bin', 'tsc'), ['-p', project, '--outDir', folder]);
  await Promise.all([compile('tsconfig.build.json'), compile('tsconfig.simulator.json')]);
  await run(process.execPath, [join(folder, 'src/worker/bundle/build.js')]);
  process.env[variable] = folder;
  return () => rm(folder, { recursive: true, force: true });
}

/** A file of the build that this test run has made. */
export const builtFile = (name: string): string => {
  const folder = process.env[variable];
  if (folder === undefined)
    throw new Error('The vitest project of this file needs the global setup compiled-programs.');
  return join(folder, name);
};

/** How Node starts a program of the build. */
export const program = (name: Program): string[] => [builtFile(`${name}.js`)];
