// The one place that speaks HTTP. An axios error holds the request with its headers and body, so none leaves this file:
// whatever goes wrong becomes a FlinksError.
import http from 'node:http';
import https from 'node:https';
import axios, { AxiosError, type AxiosResponse } from 'axios';
import { FlinksError } from './errors.js';
import type { Proxy } from '../contract/proxy.js';
import { watchSending, type Sending } from './sending.js';
import { agentsFor, proxyRefusal } from './proxy.js';
import { envelope, type Envelope } from './schemas.js';

export interface FlinksHttpOptions {
  /** Scheme, host and port of the instance, for example `https://example-api.private.fin.ag`. */
  baseUrl: string;
  customerId: string;
  /** Sent with every call, for instances that ask for a further credential. */
  extraHeaders?: Record<string, string>;
  /** A body above this many bytes, once decompressed, is refused as `ResponseTooLarge`. */
  maxResponseBytes: number;
  /** Where connections go through, by CONNECT. */
  proxy?: Proxy | undefined;
}

export interface FlinksRequest {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  headers: Record<string, string>;
  body?: unknown;
  /** The session that this is about, if there is one. */
  requestId?: string | undefined;
  timeoutMs: number;
  /**
   * Aborts the request; the promise then rejects with the signal's reason once the socket is destroyed. With the reason
   * NoAnswerYet an answer that has begun may still come whole.
   */
  signal?: AbortSignal | undefined;
  /**
   * Use a connection of its own. A kept-alive one may be closed by the far side at the very moment it is used again, and
   * a call that must not be sent twice could then not say whether it was sent at all.
   */
  freshConnection?: boolean;
}

/** A whole answer of Flinks, whatever its status. `json` is undefined if the body is not JSON. */
export interface FlinksResponse {
  /** The HTTP status. Where that is 200, the `HttpStatusCode` of the body counts: Flinks also reports errors so. */
  status: number;
  json: unknown;
  envelope: Envelope;
  retryAfterMs?: number;
}

export type SendToFlinks = (request: FlinksRequest) => Promise<FlinksResponse>;

/** Why a call is given up to which no answer has begun. One that has begun gets `restMs` more. */
export class NoAnswerYet extends Error {
  override readonly name = 'NoAnswerYet';
  readonly restMs: number;

  constructor(restMs: number) {
    super('No answer has begun.');
    this.restMs = restMs;
  }
}

/** Returns a function that sends a request to one instance of Flinks, and a way to close its idle connections. */
export function createFlinksHttp(options: FlinksHttpOptions): { send: SendToFlinks; close: () => void } {
  const [kept, fresh] = [agentsFor(options.proxy, { keepAlive: true }), agentsFor(options.proxy)];
  const client = axios.create({
    baseURL: `${options.baseUrl.replace(/\/+$/, '')}/v3/${encodeURIComponent(options.customerId)}/BankingServices/`,
    headers: { Accept: 'application/json', ...options.extraHeaders },
    // A redirect or an absolute address would carry our keys to a host that we did not choose.
    maxRedirects: 0,
    allowAbsoluteUrls: false,
    proxy: false,
    maxContentLength: options.maxResponseBytes,
    responseType: 'text',
    // Bodies pass as text: axios copies objects on their way out and loses keys such as `__proto__`.
    transformRequest: (body: unknown) => body,
    transformResponse: (body: string) => body,
    validateStatus: () => true,
  });

  const { request: open } = options.baseUrl.startsWith('https:') ? https : http;

  async function send(request: FlinksRequest): Promise<FlinksResponse> {
    const hangUp = new AbortController();
    let [timedOut, hasBegun] = [false, false];
    let sending: Sending = { mayHaveLeft: false };
    const timers = [
      setTimeout(() => {
        timedOut = true;
        hangUp.abort();
      }, request.timeoutMs),
    ];
    const onAbort = (): void => {
      const reason: unknown = request.signal?.reason;
      if (hasBegun && reason instanceof NoAnswerYet) timers.push(setTimeout(() => hangUp.abort(), reason.restMs));
      else hangUp.abort();
    };
    try {
      request.signal?.throwIfAborted();
      request.signal?.addEventListener('abort', onAbort);
      const response = await client.request<string>({
        method: request.method,
        url: request.path,
        headers: request.headers,
        data: request.body === undefined ? undefined : JSON.stringify(request.body),
        signal: hangUp.signal,
        transport: {
          request: (how: http.RequestOptions, answer: (response: http.IncomingMessage) => void) => {
            const opened = open(how, (response) => {
              hasBegun = true;
              answer(response);
            });
            sending = watchSending(opened);
            return opened;
          },
        },
        ...(request.freshConnection ? fresh : kept),
      });
      return read(response);
    } catch (error) {
      request.signal?.throwIfAborted();
      throw notDelivered(error, sending, timedOut ? request.timeoutMs : undefined, options.maxResponseBytes);
    } finally {
      timers.forEach(clearTimeout);
      request.signal?.removeEventListener('abort', onAbort);
    }
  }

  const close = (): void => {
    kept.httpAgent.destroy();
    kept.httpsAgent.destroy();
  };
  return { send, close };
}

function read({ status, data, headers }: AxiosResponse<string>): FlinksResponse {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    json = undefined;
  }
  const retryAfterMs = retryAfter(headers['retry-after']);
  const read = envelope.safeParse(json).data ?? envelope.parse({});
  return {
    status: status === 200 ? (read.HttpStatusCode ?? status) : status,
    json,
    envelope: read,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** Retry-After is a number of seconds or an HTTP date. */
function retryAfter(header: unknown): number | undefined {
  if (typeof header !== 'string' || header.trim() === '') return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

function notDelivered(error: unknown, sending: Sending, timedOutMs: number | undefined, maxBytes: number): FlinksError {
  const refused = proxyRefusal(error);
  if (refused !== undefined) return new FlinksError({ type: 'FlinksUnavailable', transient: true }, 'unsent', refused);
  const { code, message } = error instanceof AxiosError ? error : { code: undefined, message: '' };
  const reason = code !== undefined && /^[A-Z][A-Z_0-9]+$/.test(code) && code !== 'ERR_CANCELED' ? ` (${code})` : '';
  const unavailable = { type: 'FlinksUnavailable', transient: true } as const;
  if (message.startsWith('maxContentLength'))
    return new FlinksError(
      { type: 'ResponseTooLarge', transient: false },
      'answered',
      `Flinks' answer is larger than ${maxBytes} bytes. FLINKS_MAX_RESPONSE_BYTES raises the limit.`,
    );
  if (!sending.mayHaveLeft) {
    if (code !== undefined && isTlsFault(code))
      return new FlinksError(
        { type: 'FlinksConfiguration', transient: false },
        'unsent',
        `The certificate of Flinks was refused: ${tlsFaults[code] ?? 'it cannot be verified'}${reason}. Nothing was sent. NODE_EXTRA_CA_CERTS names the file of a private CA.`,
      );
    const within = timedOutMs === undefined ? reason : ` within ${timedOutMs / 1_000} s`;
    return new FlinksError(
      unavailable,
      'unsent',
      `Flinks could not be reached${within}. Check FLINKS_BASE_URL and the network.`,
    );
  }
  if (timedOutMs !== undefined)
    return new FlinksError(unavailable, 'lost', `Flinks gave no whole answer within ${timedOutMs / 1_000} s.`);
  return new FlinksError(unavailable, 'lost', `The connection to Flinks broke before a whole answer came${reason}.`);
}

/** Node's codes for a certificate that it refuses, in words. The handshake ends there, so nothing has left. */
const tlsFaults: Record<string, string> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'its chain ends in a CA that is not trusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  UNABLE_TO_GET_ISSUER_CERT: 'its issuer is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its issuer is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its issuer is not trusted',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  CERT_REVOKED: 'it was revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another host',
};
const isTlsFault = (code: string): boolean => Object.hasOwn(tlsFaults, code) || code.startsWith('CERT_');
