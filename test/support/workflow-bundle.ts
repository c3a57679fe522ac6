// The bundle of today's workflows, made once for all files of a test run: making it takes longer than most tests.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBundle } from '../../src/worker/bundle/prebuilt.js';
import { bundleWorkflows } from '../../src/worker/bundle/bundle.js';

const variable = 'TEST_WORKFLOW_BUNDLE';
const usual = { searchAttributes: true, encryption: true };

/** Called by vitest before the first file. Returns what takes the bundle away after the last. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[variable] !== undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'workflow-bundle-'));
  const path = join(folder, 'workflow-bundle.js');
  await writeBundle(usual, path);
  process.env[variable] = path;
  return () => rm(folder, { recursive: true, force: true });
}

/** The bundle for a worker in this process. */
export async function usualBundle(): Promise<{ code: string }> {
  const path = process.env[variable];
  return path === undefined ? bundleWorkflows(usual) : { code: await readFile(path, 'utf8') };
}
