import type { IncomingMessage } from 'node:http';
import { idIn, isEndpoint } from './endpoints.js';
import { isGuid, parseBody } from './fields.js';
import type { Incoming, Outcome } from './flinks.js';
import { recordedHeaders, type RecordedRequest } from './record.js';

const PATH = /^\/v3\/([^/]+)\/BankingServices\/([^/]+)(?:\/([^/]+))?$/;

/** A record before it is known what else is open. */
type NewRecord = Omit<RecordedRequest, 'openAlongside'>;

/** Reads the whole body; undefined if the client leaves before its end. */
export async function readText(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The request as one to a door of Flinks, or undefined if its path leads to no door. */
export function incomingFrom(request: IncomingMessage, text: string, at: number): Incoming | undefined {
  const { pathname, searchParams } = addressOf(request);
  const [, customerId, endpoint, id] = PATH.exec(pathname) ?? [];
  if (customerId === undefined || !isEndpoint(endpoint)) return undefined;
  if ((idIn(endpoint) === undefined) !== (id === undefined)) return undefined;
  const body = parseBody(text);
  return {
    endpoint,
    method: request.method ?? '',
    customerId,
    ...(id !== undefined && { id }),
    headers: recordedHeaders(request.headers),
    // Clients disagree on whether SetScheduledRefresh takes its fields in the body or in the query string.
    body: body && (endpoint === 'SetScheduledRefresh' ? { ...Object.fromEntries(searchParams), ...body } : body),
    at,
  };
}

/** What the record says of a request when it has been handled and nothing has been sent yet. */
export function recordFrom(
  { endpoint, method, headers, body, id, at }: Incoming,
  { call, live, answer, loginId, fault }: Outcome,
  text: string,
): NewRecord {
  const asked = call.body.text('LoginId') ?? (idIn(endpoint) === 'LoginId' ? id : undefined);
  const owner = loginId ?? (isGuid(asked) ? asked.toLowerCase() : undefined);
  const requestId =
    call.session?.requestId ?? call.body.text('RequestId') ?? (idIn(endpoint) === 'RequestId' ? id : undefined);
  return {
    at,
    endpoint,
    method,
    ...(owner !== undefined && { loginId: owner }),
    ...(requestId !== undefined && { requestId }),
    ...(endpoint === 'Authorize' && { live, answer }),
    headers,
    ...(text !== '' && { body: body ?? text }),
    ...(fault && { fault: fault.kind }),
  };
}

/** The record of a request that leads to no door, or that did not come to its end. */
export function recordOfStranger(request: IncomingMessage, text: string, at: number): NewRecord {
  const { pathname } = addressOf(request);
  return {
    at,
    endpoint: PATH.exec(pathname)?.[2] ?? pathname,
    method: request.method ?? '',
    headers: recordedHeaders(request.headers),
    ...(text !== '' && { body: parseBody(text) ?? text }),
  };
}

function addressOf(request: IncomingMessage): URL {
  const path = request.url ?? '/';
  // A path that begins with two slashes would be taken for another host.
  return new URL(`http://simulator${path.startsWith('/') ? path : '/'}`);
}
