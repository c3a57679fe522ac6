import { fileURLToPath } from 'node:url';

// A file that is not there means "no configuration" to everything of Temporal's; an empty one is an error to its SDK.
const noConfigFile = fileURLToPath(new URL('no-temporal.toml', import.meta.url));

/**
 * Our environment without a word about any other Temporal, Flinks or worker, for the parts of a local stack: keys and
 * addresses of a real account must not be mixed with it or be sent to it.
 */
export function localEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  // Nor about a proxy: all parts are on this machine.
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(TEMPORAL|FLINKS|WORKER|OTEL)_|^(?!no_)\w+_proxy$/i.test(name),
  );
  return { ...Object.fromEntries(kept), TEMPORAL_CONFIG_FILE: noConfigFile, ...more };
}
