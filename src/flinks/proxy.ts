// The connections to Flinks: direct ones, or tunnels through the proxy of the usual variables.
import http from 'node:http';
import https from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { describeProxy, type Proxy } from '../contract/proxy.js';

export interface Agents {
  httpAgent: http.Agent;
  httpsAgent: http.Agent;
}

/** A proxy made no tunnel, so nothing of the request has left. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
}

/** Makes agents whose connections go through a proxy, if there is one. */
export function agentsFor(proxy: Proxy | undefined, options: http.AgentOptions = {}): Agents {
  if (!proxy) return { httpAgent: new http.Agent(options), httpsAgent: new https.Agent(options) };
  const tunnels = new Tunnels(proxy, options);
  return { httpAgent: tunnels, httpsAgent: tunnels };
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
      const { code = 'no code' } = error as NodeJS.ErrnoException;
      const why = over.signal.aborted ? `within ${tunnelMs / 1_000} s` : `(${code})`;
      throw this.refusal(`cannot be reached ${why}.`);
    } finally {
      clearTimeout(timer);
    }
    throw this.refusal(
      status === 407 ? 'wants another user or password (407).' : `refused the connection (${status}).`,
    );
  }

  private refusal(what: string): ProxyError {
    const words = describeProxy(this.way);
    return new ProxyError(`${words[0]?.toUpperCase()}${words.slice(1)} ${what} ${this.way.advice}`);
  }
}
