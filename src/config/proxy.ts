// Proxies on the way to others, by the environment.
import { getProxyForUrl } from 'proxy-from-env';
import type { Proxy } from '../flinks/proxy.js';
import { isLoopback } from './address.js';
import { ConfigurationError } from './configuration-error.js';

/**
 * The proxy on the way to `target`, a URL, by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY; undefined if there is none.
 * Throws a ConfigurationError that names the variable if it is not an HTTP proxy.
 */
export function proxyFor(target: string): Proxy | undefined {
  const address = getProxyForUrl(target);
  if (!address) return undefined;
  const variable = variableOf([`${new URL(target).protocol.slice(0, -1)}_proxy`, 'all_proxy']);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new ConfigurationError([
      { variable, problem: 'must be the address of an HTTP proxy, such as http://proxy.example.com:3128' },
    ]);
  return { variable, url, words: describeProxy({ variable, url }), isLocal: isLoopback(new URL(target).hostname) };
}

const variableOf = (names: string[]): string =>
  names.flatMap((name) => [name, name.toUpperCase()]).find((name) => process.env[name]) ?? 'HTTPS_PROXY';

type Named = Pick<Proxy, 'variable' | 'url'>;

/**
 * The proxy on the way to Temporal, by the rule of gRPC for Node: grpc_proxy, https_proxy or http_proxy, in lower case, and an
 * http address only; no_grpc_proxy or no_proxy has ends of host names.
 */
export function temporalProxy(address: string, environment = process.env): Named | undefined {
  const variable = ['grpc_proxy', 'https_proxy', 'http_proxy'].find((name) => environment[name]);
  const text = variable && environment[variable];
  if (!text || !URL.canParse(text) || new URL(text).protocol !== 'http:') return undefined;
  const host = address.replace(/:\d+$/, '');
  const direct = (environment['no_grpc_proxy'] || environment['no_proxy'] || '').split(',');
  return direct.some((end) => end !== '' && host.endsWith(end)) ? undefined : { variable, url: new URL(text) };
}

/** A proxy in words, without its user and password. */
export const describeProxy = ({ variable, url }: Named): string => `the proxy of ${variable} (${url.host})`;
