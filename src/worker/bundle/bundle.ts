// The code that runs in the workflow sandbox: the workflows, zod through contract.ts, and the payload converter.
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { createLogger } from '../../logging.js';
import { failureConverterPath } from '../../temporal/failure-converter-path.cjs';

/** The sources end in .ts if they run as they are, and in .js if they were compiled. */
export const isCompiled = !import.meta.url.endsWith('.ts');
const ending = isCompiled ? '.js' : '.ts';
const path = (name: string): string => fileURLToPath(new URL(name + ending, import.meta.url));

export interface BundleOptions {
  searchAttributes: boolean;
  /** Whether failures are encrypted with everything else. */
  encryption: boolean;
  /** Whether errors of workflow code have a stack. */
  stackTraces?: boolean;
}

/**
 * Bundles the workflows for a worker. The converters are given here because a worker that is given a bundle ignores its own
 * settings of them.
 */
export const bundleWorkflows = ({
  searchAttributes,
  encryption,
  stackTraces = false,
}: BundleOptions): Promise<{ code: string }> =>
  bundleWorkflowCode({
    workflowsPath: path(searchAttributes ? '../../workflows/index' : '../../workflows/without-search-attributes'),
    payloadConverterPath: path('../../temporal/payload-converter'),
    ...(encryption && { failureConverterPath }),
    // Evaluated once for all runs: to build the schemas again is the most expensive part of a run's start.
    preloadModules: [path('../../contract'), ...(stackTraces ? [] : [path('../../sdk-internals/stack-traces')])],
    // At level info the bundler lists every module.
    logger: createLogger('warn'),
  });
