// Workflow bundles that are made at build time, one for each combination of settings that a worker may have.
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ConfigurationError } from '../../config/environment.js';
import { bundleWorkflows, isCompiled, type BundleOptions } from './bundle.js';

const header = z.object({ encryption: z.boolean(), searchAttributes: z.boolean(), sdk: z.string() });
const beginning = '// flinks-temporal workflow bundle ';

const { version: sdk } = createRequire(import.meta.url)('@temporalio/worker/package.json') as { version: string };

/** All combinations of settings that a worker may have. */
export const bundleKinds: BundleOptions[] = [true, false].flatMap((encryption) =>
  [true, false].map((searchAttributes) => ({ encryption, searchAttributes })),
);

/** Where `npm run build` puts the bundle for these settings: beside the compiled sources. */
export const prebuiltPath = ({ encryption, searchAttributes }: BundleOptions): string =>
  fileURLToPath(
    new URL(
      `../../../workflow-bundle${encryption ? '' : '.plain'}${searchAttributes ? '' : '.without-search-attributes'}.js`,
      import.meta.url,
    ),
  );

/** Writes the bundle for these settings to `path`. Its first line says what it was made for. */
export async function writeBundle(options: BundleOptions, path: string): Promise<void> {
  const { code } = await bundleWorkflows(options);
  await writeFile(path, `${beginning}${JSON.stringify({ ...options, sdk })}\n${code}`);
}

/**
 * The bundle for a worker: the file that it is told to use, or the one that the build made. A worker that runs from its sources
 * makes one now. Throws a ConfigurationError if the file was made for other settings: with a bundle without encryption,
 * failures would be stored readable.
 */
export async function workflowBundleFor(options: BundleOptions, path?: string): Promise<{ code: string }> {
  if (path === undefined && !isCompiled) return bundleWorkflows(options);
  const file = path ?? prebuiltPath(options);
  const code = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw refused(file, `cannot be read (${error.code}). Make it with "npm run build"`);
  });
  const made = headerOf(code);
  if (!made) throw refused(file, 'is not a workflow bundle of this product. Make one with "npm run build"');
  if (made.sdk !== sdk)
    throw refused(file, `was made with SDK ${made.sdk}, and this worker has ${sdk}. Run "npm run build"`);
  for (const [setting, variable] of variables)
    if (made[setting] !== options[setting])
      throw refused(
        file,
        `was made for ${variable}=${onOff(made[setting])}, but this worker has ${variable}=${onOff(options[setting])}`,
      );
  return { code };
}

const variables = [
  ['encryption', 'PAYLOAD_ENCRYPTION'],
  ['searchAttributes', 'SEARCH_ATTRIBUTES'],
] as const;

const onOff = (value: boolean): string => (value ? 'on' : 'off');

const refused = (file: string, why: string): ConfigurationError =>
  new ConfigurationError([{ variable: 'WORKFLOW_BUNDLE', problem: `${file} ${why}` }]);

function headerOf(code: string): z.infer<typeof header> | undefined {
  const line = code.slice(0, code.indexOf('\n'));
  if (!line.startsWith(beginning)) return undefined;
  try {
    return header.parse(JSON.parse(line.slice(beginning.length)));
  } catch {
    return undefined;
  }
}
