// Encodes and decodes payloads for the Web UI and the Temporal CLI, which have no keys of their own.
import cors from '@fastify/cors';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { fastify, type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isEncrypted, isUndecodable, workflowIdOf } from '../temporal/encryption/codec.js';
import { UnknownPayloadKey } from '../temporal/encryption/keys.js';
import { AccessDenied, type CheckAccess, type Operation } from './access.js';

export interface CodecServerOptions {
  /** Makes the codec of a namespace. */
  codecFor: (namespace: string) => PayloadCodec;
  /** Pages of these origins may call, and no others. Programs send no origin. */
  origins: string[];
  checkAccess: CheckAccess;
  /** Gets one line a request: who, what, how much; never content. */
  audit: (line: AuditLine) => void;
}

export interface AuditLine {
  operation: Operation;
  namespace: string;
  subject: string;
  origin: string;
  payloads: number;
  /** Payloads that stayed as they were because this server cannot read them. */
  unreadable: number;
  status: number;
}

const bodyLimit = 8 * 1024 * 1024;
const mostPayloads = 500;
const namespacePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;

const base64 = z.base64().transform((text): Uint8Array => Buffer.from(text, 'base64'));
const requestBody = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), base64).default({}), data: base64.default(new Uint8Array()) }))
    .max(mostPayloads)
    // JSON of a message without payloads leaves the list out.
    .default([]),
});

/** A request that is not as it should be, with the status and the sentence for its sender. */
class BadRequest extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Builds the server; `listen` starts it. */
export function createCodecServer({ codecFor, origins, checkAccess, audit }: CodecServerOptions): FastifyInstance {
  const server = fastify({ bodyLimit, logger: false });
  const lines = new WeakMap<FastifyRequest, AuditLine>();

  void server.register(cors, {
    origin: (origin, allow) => allow(null, origin === undefined || origins.includes(origin)),
    methods: ['POST'],
    allowedHeaders: ['Authorization', 'Content-Type', 'X-Namespace'],
    maxAge: 600,
  });

  for (const operation of ['encode', 'decode'] as const) {
    // A query string, such as the Web UI's `preserveStorageRefs`, is part of the address and changes nothing here.
    server.post(`/${operation}`, {
      onRequest: async (request) => {
        const namespace = headerOf(request, 'x-namespace') ?? '';
        const origin = headerOf(request, 'origin') ?? '-';
        const shown = namespacePattern.test(namespace) ? namespace : '-';
        const line = { operation, namespace: shown, subject: '-', origin, payloads: 0, unreadable: 0, status: 0 };
        lines.set(request, line);
        if (origin !== '-' && !origins.includes(origin)) throw new AccessDenied(403, 'This origin is not listed.');
        if (shown === '-') throw new BadRequest(400, 'X-Namespace is missing or is no namespace.');
        line.subject = await checkAccess(headerOf(request, 'authorization'), namespace, operation);
      },
      handler: async (request) => {
        const { payloads } = readBody(request.body);
        const { namespace } = lines.get(request) ?? { namespace: '' };
        const codec = codecFor(namespace);
        const written = await Promise.all(payloads.map((payload) => one(codec, operation, payload, namespace)));
        const line = lines.get(request);
        if (line) {
          line.payloads = payloads.length;
          line.unreadable = operation === 'decode' ? written.filter(isEncrypted).length : 0;
        }
        return { payloads: written.map(toJson) };
      },
    });
  }

  server.addHook('onResponse', async (request, reply) => {
    const line = lines.get(request);
    if (line) audit({ ...line, status: reply.statusCode });
  });

  server.setErrorHandler((error: FastifyError, _request, reply) => {
    const known = error instanceof AccessDenied || error instanceof BadRequest;
    const status = known ? error.status : (error.statusCode ?? 500);
    // Whatever was not foreseen could quote what it stumbled over.
    const message = known
      ? error.message
      : status === 413
        ? 'The body is too large.'
        : status < 500
          ? 'The request does not fit.'
          : 'The request failed.';
    return reply.code(status).send({ message });
  });
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ message: 'There is /encode and /decode.' }));
  return server;
}

async function one(codec: PayloadCodec, operation: Operation, payload: Payload, namespace: string): Promise<Payload> {
  if (operation === 'encode') {
    const [encoded] = isEncrypted(payload) ? [payload] : await codec.encode([payload]);
    return encoded ?? payload;
  }
  const workflowId = workflowIdOf(payload);
  try {
    const context = workflowId === undefined ? undefined : ({ type: 'workflow', namespace, workflowId } as const);
    const [decoded] = await codec.decode([payload], context);
    return decoded && !isUndecodable(decoded) ? decoded : payload;
  } catch (error) {
    if (error instanceof UnknownPayloadKey) return payload;
    throw error;
  }
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

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
