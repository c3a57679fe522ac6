// The code that runs in the workflow sandbox: the workflows, zod through contract.ts, and the payload converter.
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

// The sources end in .ts where they run as they are, and in .js where they were compiled.
const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const path = (name: string): string => fileURLToPath(new URL(name + ending, import.meta.url));

/**
 * Bundles the workflows for a worker that writes search attributes, or for one that does not. The converter is handed
 * over here because a worker ignores its own setting once it is given a bundle.
 */
export const bundleWorkflows = (searchAttributes: boolean): Promise<{ code: string }> =>
  bundleWorkflowCode({
    workflowsPath: path(searchAttributes ? '../workflows/index' : '../workflows/without-search-attributes'),
    payloadConverterPath: path('./payload-converter'),
    // The bundler tells its whole inventory as information.
    logger: new DefaultLogger('WARN'),
  });
