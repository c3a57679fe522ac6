import type { IncomingMessage } from 'node:http';
import { isEndpoint } from './endpoints.js';
import { isGuid, parseBody } from './fields.js';
import type { Incoming, Outcome } from './flinks.js';
import { recordedHeaders, type RecordedRequest } from './record.js';

const PATH = /^\/v3\/([^/]+)\/BankingServices\/([^/]+)(?:\/([^/]+))?$/;
const WITH_ID = /Async$|^DeleteCard$/;

/** Reads the whole body; a client that leaves before its end makes this fail. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The request as one to a door of Flinks, or undefined if its path leads to no door. */
export function incomingFrom(request: IncomingMessage, text: string, at: number): Incoming | undefined {
  const { pathname } = new URL(request.url ?? '/', 'http://simulator');
  const [, customerId, endpoint, id] = PATH.exec(pathname) ?? [];
  if (customerId === undefined || !isEndpoint(endpoint) || WITH_ID.test(endpoint) !== (id !== undefined))
    return undefined;
  return {
    endpoint,
    method: request.method ?? '',
    customerId,
    ...(id !== undefined && { id }),
    headers: recordedHeaders(request.headers),
    body: parseBody(text),
    at,
  };
}

/** What the record says of a request when it has been handled and nothing has been sent yet. */
export function recordFrom(
  { endpoint, method, headers, body, id, at }: Incoming,
  { call, live, answer, loginId, fault }: Outcome,
  text: string,
): Omit<RecordedRequest, 'openAlongside'> {
  const asked = call.body.text('LoginId') ?? (endpoint === 'DeleteCard' ? id : undefined);
  const owner = loginId ?? (isGuid(asked) ? asked.toLowerCase() : undefined);
  const requestId =
    call.session?.requestId ?? call.body.text('RequestId') ?? (endpoint === 'DeleteCard' ? undefined : id);
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
