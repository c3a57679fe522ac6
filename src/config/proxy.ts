// Proxies on the way to others. That to Flinks is in src/flinks/proxy.ts.

/** A proxy that this process uses. */
export interface Proxy {
  /** The variable that names it. */
  variable: string;
  /** With its user and password, if it has them. */
  url: URL;
}

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
  return direct.some((end) => end !== '' && host.endsWith(end)) ? undefined : { variable, url: new URL(text) };
}

/** A proxy in words, without its user and password. */
export const describeProxy = ({ variable, url }: Proxy): string => `the proxy of ${variable} (${url.host})`;
