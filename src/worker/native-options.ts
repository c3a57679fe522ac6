import type { NativeConnectionOptions } from '@temporalio/worker';
import { temporalProxy } from '../temporal/proxy.js';
import type { TemporalConfig } from '../temporal/settings.js';

/** How a worker connects: as its clients do, through the same proxy, which the native core does not look for itself. */
export function nativeOptions({ address, connectionOptions }: TemporalConfig): NativeConnectionOptions {
  const { url } = temporalProxy(address) ?? {};
  if (!url) return connectionOptions;
  const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const targetHost = `${url.hostname}:${url.port || '80'}`;
  return {
    ...connectionOptions,
    proxy: { type: 'http-connect', targetHost, ...(username !== '' && { basicAuth: { username, password } }) },
  };
}
