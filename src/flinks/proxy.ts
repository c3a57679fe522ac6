// The connections to Flinks: direct ones, or tunnels through the proxy of the usual variables.
import http from 'node:http';
import https from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { isLoopback } from '../config/address.js';
import { ConfigurationError } from '../config/configuration-error.js';
import { describeProxy, type Proxy } from '../config/proxy.js';

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
  return { variable, url };
}

const variableOf = (names: string[]): string =>
  names.flatMap((name) => [name, name.toUpperCase()]).find((name) => process.env[name]) ?? 'HTTPS_PROXY';

export interface Agents {
  httpAgent: http.Agent;
  httpsAgent: http.Agent;
}

/** A proxy made no tunnel, so nothing of the request has left. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
}

/** Makes the agents for connections to one address. Throws a ConfigurationError if the variable of its proxy does not fit. */
export function agentsFor(baseUrl: string): (options?: http.AgentOptions) => Agents {
  const proxy = proxyFor(baseUrl);
  return (options) => {
    if (!proxy) return { httpAgent: new http.Agent(options), httpsAgent: new https.Agent(options) };
    const tunnels = new Tunnels(proxy, options);
    return { httpAgent: tunnels, httpsAgent: tunnels };
  };
}

/** Why no tunnel was made, from whatever an HTTP library made of it; undefined if something else failed. */
export function proxyRefusal(error: unknown): string | undefined {
  if (error instanceof ProxyError) return error.message;
  return error instanceof Error && error.cause !== undefined ? proxyRefusal(error.cause) : undefined;
}

/** A proxy that takes longer than this to make a tunnel makes none. */
const tunnelMs = 30_000;

/** Asks the proxy for a tunnel (CONNECT), also to an http address: it never sees a request. */
class Tunnels extends HttpsProxyAgent<string> {
  private readonly way: Proxy;

  constructor(way: Proxy, options: http.AgentOptions = {}) {
    const { username, password, origin } = way.url;
    // As a header, because the library shows the address if DEBUG is set.
    const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const headers = { 'Proxy-Authorization': `Basic ${Buffer.from(user).toString('base64')}` };
    super(origin, { ...options, ...(user !== ':' && { headers }) });
    this.way = way;
  }

  override async connect(...[request, options]: Parameters<HttpsProxyAgent<string>['connect']>) {
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), tunnelMs).unref();
    let status: number | undefined;
    request.once('proxyConnect', ({ statusCode }: { statusCode: number }) => (status = statusCode));
    try {
      Object.assign(this.connectOpts, { signal: over.signal });
      const socket = await super.connect(request, options);
      if (status === 200) return socket;
      // The library would hand the proxy's page on as if Flinks had sent it.
      socket.destroy();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw this.refusal(
        `cannot be reached${over.signal.aborted ? ` within ${tunnelMs / 1_000} s` : ` (${code ?? 'no code'})`}.`,
        options.host,
      );
    } finally {
      clearTimeout(timer);
    }
    throw this.refusal(
      status === 407 ? 'wants another user or password (407).' : `refused the connection (${status}).`,
      options.host,
    );
  }

  private refusal(what: string, host = ''): ProxyError {
    const { variable } = this.way;
    const local = isLoopback(host)
      ? ` Flinks is on this machine here: add ${host} to NO_PROXY.`
      : ` Check ${variable}, or add the host to NO_PROXY.`;
    const words = describeProxy(this.way);
    return new ProxyError(`${words[0]?.toUpperCase()}${words.slice(1)} ${what}${local}`);
  }
}
