// The proxy on the way to Temporal. gRPC for Node looks for it by a rule of its own, and the native core does not look at all.
import { isLoopback } from '../config/address.js';
import type { Proxy } from '../contract/proxy.js';

/**
 * The proxy on the way to Temporal, by the rule of gRPC for Node: grpc_proxy, https_proxy or http_proxy, in lower case, and an
 * http address only; no_grpc_proxy or no_proxy has ends of host names.
 */
export function temporalProxy(address: string, environment = process.env): Proxy | undefined {
  const variable = ['grpc_proxy', 'https_proxy', 'http_proxy'].find((name) => environment[name]);
  const text = variable && environment[variable];
  if (!text || !URL.canParse(text) || new URL(text).protocol !== 'http:') return undefined;
  const host = address.replace(/:\d+$/, '');
  const direct = (environment['no_grpc_proxy'] || environment['no_proxy'] || '').split(',');
  if (direct.some((end) => end !== '' && host.endsWith(end))) return undefined;
  const where = isLoopback(host) ? 'The server is on this machine, and a proxy stands in the way. ' : '';
  return { variable, url: new URL(text), advice: `${where}To go past it, add ${host} to no_proxy.` };
}
