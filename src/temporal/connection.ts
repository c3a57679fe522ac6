// Where Temporal is. It is read from Temporal's own environment configuration, the same for every program.
import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { ServerUnreachableError } from '../contract/errors.js';
import { describeProxy } from '../contract/proxy.js';
import { isLoopback } from '../config/address.js';
import {
  ConfigurationError,
  fitsHeader,
  noHeaderFits,
  withSecretFiles,
  type Environment,
} from '../config/environment.js';
import { warnIfReadable } from '../config/open-files.js';
import { temporalProxy } from './proxy.js';

export type TemporalConfig = ReturnType<typeof loadClientConnectConfig> & { namespace: string; address: string };

/** A server that does not answer for so long counts as unreachable. */
const connectTimeoutMs = 5_000;

/** Reads `temporal.toml` and `TEMPORAL_…`. Throws a ConfigurationError. */
export function loadTemporalConfig(environment: Environment = process.env): TemporalConfig {
  const variables = Object.entries(withSecretFiles(environment, ['TEMPORAL_API_KEY']));
  const overrideEnvVars = Object.fromEntries(
    variables.filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  try {
    const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({ overrideEnvVars });
    const address = connectionOptions.address ?? 'localhost:7233';
    if (!/^[^\s/:]+:\d{1,5}$|^\[[0-9a-f:]+\]:\d{1,5}$/i.test(address))
      throw new ConfigurationError([{ variable: 'TEMPORAL_ADDRESS', problem: 'must be host:port' }]);
    const { apiKey, tls } = connectionOptions;
    if (typeof apiKey === 'string') checkApiKey(apiKey, address, tls !== undefined && tls !== null && tls !== false);
    const keyFile = environment['TEMPORAL_TLS_CLIENT_KEY_PATH'];
    if (keyFile) warnIfReadable('TEMPORAL_TLS_CLIENT_KEY_PATH', keyFile);
    return { connectionOptions: { ...connectionOptions, address }, namespace, address };
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const problem = 'or a TEMPORAL_… variable is not what Temporal’s environment configuration allows';
    throw new ConfigurationError([{ variable: 'temporal.toml', problem }]);
  }
}

/** An API key is a header of each request, which anybody on the network between can read without TLS. */
function checkApiKey(apiKey: string, address: string, tls: boolean): void {
  const refuse = (problem: string): never => {
    throw new ConfigurationError([{ variable: 'TEMPORAL_API_KEY', problem }]);
  };
  if (!fitsHeader(apiKey)) refuse(noHeaderFits);
  if (!tls && !isLoopback(address.replace(/:\d+$/, '')))
    refuse('would be sent without encryption: TLS is off. Remove TEMPORAL_TLS=false, or the key');
}

/** Rejects with a ServerUnreachableError if `connecting` has not succeeded within five seconds. */
export async function withinReach<T>(address: string, connecting: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unreachable(address)), connectTimeoutMs);
  });
  try {
    return await Promise.race([connecting, late]);
  } catch {
    throw unreachable(address);
  } finally {
    clearTimeout(timer);
  }
}

/** Names the proxy if there is one: it does not reach what is on this machine as this process would. */
function unreachable(address: string): ServerUnreachableError {
  const proxy = temporalProxy(address);
  if (!proxy) return new ServerUnreachableError(address);
  return new ServerUnreachableError(address, ` It was asked through ${describeProxy(proxy)}. ${proxy.advice}`);
}

/** Connects a client. Rejects with a ServerUnreachableError within five seconds, and does not go on trying. */
export const connectTo = ({ address, connectionOptions }: TemporalConfig): Promise<Connection> =>
  withinReach(address, Connection.connect({ ...connectionOptions, connectTimeout: connectTimeoutMs }));
