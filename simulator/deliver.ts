import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { Fault } from './faults.js';
import { isObject, type Json } from './fields.js';
import { encoded, jsonText } from './json-text.js';
import type { Reply } from './replies.js';

const SLOW_MS = 30_000;
const HUGE_BYTES = 50e6;

/** A reply on its way out. */
export interface Delivery {
  response: ServerResponse;
  reply: Reply;
  /** Called when the first byte is about to leave. */
  begin: () => void;
  /** Aborts when the connection is closed from either side. */
  gone: AbortSignal;
}

/** Sends the reply, or what the fault leaves of it. */
export async function deliver(delivery: Delivery, fault: Fault | undefined): Promise<void> {
  const { response, reply, begin, gone } = delivery;
  switch (fault?.kind) {
    case 'reset-before':
    case 'reset-after':
      response.socket?.resetAndDestroy();
      return;
    case 'reset-in-body':
      sendHalf(delivery, () => response.socket?.resetAndDestroy());
      return;
    case 'stall-in-body': {
      const rest = sendHalf(delivery);
      if (fault.delayMs === undefined) return;
      await delay(fault.delayMs, undefined, { signal: gone });
      response.end(rest);
      return;
    }
    case 'slow-first-byte':
      await delay(fault.delayMs ?? SLOW_MS, undefined, { signal: gone });
      break;
    case 'huge':
      begin();
      response.writeHead(reply.status, headersOf(reply));
      return pipeline(padded(reply, fault.bytes), response);
    case 'gzip-bomb':
      begin();
      response.writeHead(reply.status, { ...headersOf(reply), 'content-encoding': 'gzip' });
      // The first compressed bytes come late: without this the answer would not begin until then.
      response.flushHeaders();
      return pipeline(padded(reply, fault.bytes), createGzip({ level: 1 }), response);
  }
  begin();
  if (fault?.kind === 'unknown-fields') return send(response, { ...reply, body: strange(reply.body ?? {}) as Json });
  if (fault?.kind === 'wrong-content-type') {
    return send(response, { ...reply, headers: { ...reply.headers, 'content-type': 'text/html' } });
  }
  if (fault?.kind === 'charset') {
    const headers = { ...reply.headers, 'content-type': `application/json; charset=${fault.charset}` };
    return sendBytes(response, { ...reply, headers }, encoded(jsonText(reply.body ?? {}), fault.charset));
  }
  const bytes = bytesOf(reply);
  const kept = fault?.kind === 'empty' ? 0 : fault?.kind === 'truncated' ? Math.floor(bytes.length / 2) : bytes.length;
  sendBytes(response, reply, bytes.subarray(0, kept));
}

/** Sends the whole reply. */
export function send(response: ServerResponse, reply: Reply): void {
  sendBytes(response, reply, bytesOf(reply));
}

function sendBytes(response: ServerResponse, reply: Reply, bytes: Buffer): void {
  response.writeHead(reply.status, { ...headersOf(reply), 'content-length': bytes.length }).end(bytes);
}

/** Sends the head and half of the body that it promises, and returns the other half. */
function sendHalf({ response, reply, begin }: Delivery, sent?: () => void): Buffer {
  begin();
  const bytes = bytesOf(reply);
  const middle = Math.floor(bytes.length / 2);
  response.writeHead(reply.status, { ...headersOf(reply), 'content-length': bytes.length });
  response.write(bytes.subarray(0, middle), () => sent?.());
  return bytes.subarray(middle);
}

function bytesOf({ body, html }: Reply): Buffer {
  return Buffer.from(html ?? (body ? jsonText(body) : ''));
}

function headersOf({ headers, html }: Reply): Record<string, string> {
  return { 'content-type': html === undefined ? 'application/json; charset=utf-8' : 'text/html', ...headers };
}

/** A copy with a field that nobody knows in every object, at every depth. */
function strange(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strange);
  if (!isObject(value)) return value;
  const copied = Object.entries(value).map(([key, item]) => [key, strange(item)]);
  return { ...Object.fromEntries(copied), BrandNewField: { Of: ['a', 'later', 'version'] } };
}

/** The reply as valid JSON with one more field that makes it as large as asked. Streamed, so that it is never in memory. */
function padded({ body }: Reply, bytes = HUGE_BYTES): Readable {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const pad = function* (): Generator<Buffer> {
    const start = jsonText(body ?? {}).slice(0, -1);
    yield Buffer.from(`${start}${body ? ',' : ''}"Padding":"`);
    for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, Math.min(left, chunk.length));
    yield Buffer.from('"}');
  };
  return Readable.from(pad());
}
