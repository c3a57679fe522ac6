// Encodes and decodes payloads for the Web UI and the Temporal CLI, which have no keys of their own.
import cors from '@fastify/cors';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { fastify, type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isEncrypted } from '../temporal/encryption/envelope.js';
import { isReference } from '../temporal/storage/references.js';
import type { PayloadStore } from '../temporal/storage/storage.js';
import { AccessDenied, type CheckAccess } from './access.js';
import { newAuditLine, type AuditLine } from './audit.js';
import { decodeAll, mostDecoded, type Decodable } from './decode.js';
import { headerOf } from './headers.js';
import { originOf } from './origins.js';

export type { AuditLine } from './audit.js';

export interface CodecServerOptions {
  /** Makes the codec of a namespace for one request, which may inflate so much. */
  codecFor: (namespace: string, inflatable: Decodable) => PayloadCodec;
  /** Has the payloads that Temporal has only references to. */
  store?: PayloadStore | undefined;
  /** Pages of these origins may call, and no others. Programs send no origin. */
  origins: string[];
  checkAccess: CheckAccess;
  /** Gets one line for each request: when, who, what, how much, and why not. It never gets content. */
  audit: (line: AuditLine) => void;
  /** Milliseconds for the headers of a request, and for all of it. */
  limits?: { headersMs: number; requestMs: number };
}

const bodyLimit = 8 * 1024 * 1024;
const mostPayloads = 500;
const namespacePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;

/** Temporal's payloads have a few entries. Each takes up memory, even if it is empty. */
const mostMetadata = 100;
/** A request and its answer are for a person who looks at a page. */
const patience = { headersMs: 10_000, requestMs: 30_000 };
/** A connection on which nothing moves for so long is closed. */
const idleMs = 60_000;

const base64 = z.base64().transform((text): Uint8Array => Buffer.from(text, 'base64'));
const requestBody = z.object({
  payloads: z
    .array(
      z.object({
        metadata: z
          .record(z.string(), base64)
          .refine((entries) => Object.keys(entries).length <= mostMetadata)
          .default({}),
        data: base64.default(new Uint8Array()),
        // The Web UI knows by this that a payload is a reference, and its size.
        externalPayloads: z.array(z.object({ sizeBytes: z.union([z.string(), z.number()]) })).optional(),
      }),
    )
    .max(mostPayloads)
    // A message without payloads has no list in its JSON.
    .default([]),
});

/** A request that does not fit, with the status and the sentence for its sender. */
class BadRequest extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Builds the server; `listen` starts it. */
export function createCodecServer({
  codecFor,
  store,
  origins,
  checkAccess,
  audit,
  limits: { headersMs, requestMs } = patience,
}: CodecServerOptions): FastifyInstance {
  const server = fastify({
    bodyLimit,
    logger: false,
    connectionTimeout: idleMs,
    requestTimeout: requestMs,
    http: { headersTimeout: headersMs, connectionsCheckingInterval: Math.min(headersMs, 1_000) },
  });
  const lines = new WeakMap<FastifyRequest, AuditLine>();
  const listed = new Set(origins.map(originOf));
  const isListed = (origin: string): boolean => listed.has(originOf(origin) ?? '');

  void server.register(cors, {
    origin: (origin, allow) => allow(null, origin === undefined || isListed(origin)),
    methods: ['POST'],
    allowedHeaders: ['Authorization', 'Content-Type', 'X-Namespace'],
    maxAge: 600,
  });

  for (const operation of ['encode', 'decode', 'download'] as const) {
    server.post<{ Querystring: Record<string, unknown> }>(`/${operation}`, {
      onRequest: async (request) => {
        const namespace = headerOf(request, 'x-namespace') ?? '';
        const origin = headerOf(request, 'origin');
        const shown = namespacePattern.test(namespace) ? namespace : '-';
        const line = newAuditLine(request, operation, shown, origin);
        lines.set(request, line);
        if (origin !== undefined && !isListed(origin)) throw new AccessDenied(403, 'This origin is not listed.');
        if (shown === '-') throw new BadRequest(400, 'X-Namespace is missing or is not the name of a namespace.');
        line.subject = await checkAccess(headerOf(request, 'authorization'), namespace, operation);
      },
      handler: async (request) => {
        const asked = readBody(request.body).payloads;
        const payloads = asked.map(({ metadata, data }): Payload => ({ metadata, data }));
        const line = lines.get(request);
        const namespace = line?.namespace ?? '';
        const decodable: Decodable = { bytes: mostDecoded };
        const codec = codecFor(namespace, decodable);
        if (operation === 'download' && !payloads.every(isReference))
          throw new BadRequest(400, 'Only references to stored payloads can be downloaded.');
        // The Web UI shows a history without its large payloads, and downloads one when somebody asks for it.
        const references = operation === 'decode' && request.query['preserveStorageRefs'] === 'true';
        const written =
          operation === 'encode'
            ? await Promise.all(payloads.map((payload) => encode(codec, payload)))
            : await decodeAll(codec, namespace, payloads, references ? undefined : store, decodable);
        if (line) {
          line.payloads = payloads.length;
          const unread = (payload: Payload) => isEncrypted(payload) || (isReference(payload) && !references);
          line.unreadable = operation === 'encode' ? 0 : written.filter(unread).length;
          if (decodable.bytes <= 0) line.reason = tooMuch;
        }
        const sizeOf = (payload: Payload, index: number) =>
          payload === payloads[index] && { externalPayloads: asked[index]?.externalPayloads };
        return { payloads: written.map((payload, index) => ({ ...toJson(payload), ...sizeOf(payload, index) })) };
      },
    });
  }

  server.addHook('onResponse', async (request, reply) => {
    const line = lines.get(request);
    if (line) audit({ ...line, status: reply.statusCode });
  });
  server.addHook('onRequestAbort', async (request) => {
    const line = lines.get(request);
    lines.delete(request);
    if (line) audit({ ...line, reason: 'The connection ended before an answer, or the request was too slow.' });
  });

  server.setErrorHandler((error: FastifyError, request, reply) => {
    const known = error instanceof AccessDenied || error instanceof BadRequest;
    const status = known ? error.status : (error.statusCode ?? 500);
    // The message of an unexpected error could quote a payload.
    const message = known
      ? error.message
      : status === 413
        ? 'The body is too large.'
        : status < 500
          ? 'The request does not fit.'
          : 'The request failed.';
    const line = lines.get(request);
    if (line) line.reason = error instanceof AccessDenied ? error.reason : message;
    if (line && error instanceof AccessDenied && error.subject !== undefined) line.subject = error.subject;
    return reply.code(status).send({ message });
  });
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ message: 'There are /encode, /decode and /download.' }),
  );
  return server;
}

const tooMuch = `More than ${mostDecoded / 1024 ** 2} MB would be decoded: what is beyond stays encoded.`;

async function encode(codec: PayloadCodec, payload: Payload): Promise<Payload> {
  const [encoded] = isEncrypted(payload) ? [payload] : await codec.encode([payload]);
  return encoded ?? payload;
}

function readBody(body: unknown): z.output<typeof requestBody> {
  const parsed = requestBody.safeParse(body);
  if (parsed.success) return parsed.data;
  const tooMany = parsed.error.issues.some(({ code, path }) => code === 'too_big' && path[0] === 'payloads');
  if (tooMany) throw new BadRequest(413, `At most ${mostPayloads} payloads fit in one request.`);
  throw new BadRequest(400, 'The body must be {"payloads": [{"metadata": {…}, "data": "…"}]}.');
}

const toJson = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => [key, toBase64(value)])),
  data: toBase64(data),
});

const toBase64 = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('base64');
