// The proxy on the way to Flinks, by the usual variables: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.
import { getProxyForUrl } from 'proxy-from-env';
import type { Proxy } from '../contract/proxy.js';
import { isLoopback } from './address.js';
import { ConfigurationError } from './configuration-error.js';

/**
 * The proxy on the way to `target`, a URL; undefined if there is none. It is read from the environment of this process. Throws
 * a ConfigurationError that names the variable if it is not an HTTP proxy.
 */
export function proxyFor(target: string): Proxy | undefined {
  const address = getProxyForUrl(target);
  if (!address) return undefined;
  const { protocol, hostname } = new URL(target);
  const variable = variableOf([`${protocol.slice(0, -1)}_proxy`, 'all_proxy']);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new ConfigurationError([
      { variable, problem: 'must be the address of an HTTP proxy, such as http://proxy.example.com:3128' },
    ]);
  const advice = isLoopback(hostname)
    ? `Flinks is on this machine here, and a proxy stands in the way: add ${hostname} to NO_PROXY.`
    : `Check ${variable}, or add ${hostname} to NO_PROXY.`;
  return { variable, url, advice };
}

const variableOf = (names: string[]): string =>
  names.flatMap((name) => [name, name.toUpperCase()]).find((name) => process.env[name]) ?? 'HTTPS_PROXY';
