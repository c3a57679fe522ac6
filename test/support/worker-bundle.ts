import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBundle } from '../../src/temporal/prebuilt-bundle.js';

/**
 * Bundles the workflows once for all the workers of a test, so that one that takes another's place is there sooner:
 * `variables` go to `startWorker`.
 */
export async function bundleForWorkers(): Promise<{ variables: { WORKFLOW_BUNDLE: string }; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'workflow-bundle-'));
  const path = join(folder, 'bundle.js');
  await writeBundle({ searchAttributes: true, encryption: true }, path);
  return { variables: { WORKFLOW_BUNDLE: path }, remove: () => rm(folder, { recursive: true }) };
}
