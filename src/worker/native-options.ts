import type { NativeConnectionOptions } from '@temporalio/worker';
import { temporalProxy } from '../temporal/proxy.js';
import type { TemporalConfig } from '../temporal/settings.js';

/** How a worker connects: as its clients do, which look for a proxy and read IPv6 addresses by themselves. */
export function nativeOptions({ address, connectionOptions }: TemporalConfig): NativeConnectionOptions {
  return { ...connectionOptions, ...throughProxy(address), ...namingIpv6(address, connectionOptions.tls) };
}

function throughProxy(address: string): Pick<NativeConnectionOptions, 'proxy'> {
  const { url } = temporalProxy(address) ?? {};
  if (!url) return {};
  const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const targetHost = `${url.hostname}:${url.port || '80'}`;
  return { proxy: { type: 'http-connect', targetHost, ...(username !== '' && { basicAuth: { username, password } }) } };
}

/** The native core looks for the brackets of an IPv6 address in the certificate, and there are none. */
function namingIpv6(
  address: string,
  tls: TemporalConfig['connectionOptions']['tls'],
): Pick<NativeConnectionOptions, 'tls'> {
  const [, host] = /^\[(.+)\]:/.exec(address) ?? [];
  if (host === undefined || !tls || (tls !== true && tls.serverNameOverride)) return {};
  return { tls: { ...(tls !== true && tls), serverNameOverride: host } };
}
