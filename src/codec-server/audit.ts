// The line that each request leaves: when, who, what and how much, and never what was in it.
import type { FastifyRequest } from 'fastify';
import type { Operation } from './access.js';
import { headerOf } from './headers.js';

export interface AuditLine {
  time: string;
  operation: Operation;
  namespace: string;
  /** Whom a valid token names. */
  subject: string;
  /** The address of the connection. Behind a proxy it is the proxy's. */
  caller: string;
  /** For whom a proxy says that it calls. Anybody can send this header. */
  forwardedFor?: string;
  origin: string;
  payloads: number;
  /** Payloads that stayed as they were because this server cannot read them. */
  unreadable: number;
  status: number;
  /** Why the request was refused, or why not all of it was read. */
  reason?: string;
}

const longest = 200;

/** The line of a request that has just come. */
export function newAuditLine(
  request: FastifyRequest,
  operation: Operation,
  namespace: string,
  origin = '-',
): AuditLine {
  const forwardedFor = headerOf(request, 'x-forwarded-for');
  return {
    time: new Date().toISOString(),
    operation,
    namespace,
    subject: '-',
    caller: request.ip,
    ...(forwardedFor !== undefined && { forwardedFor: forwardedFor.slice(0, longest) }),
    origin: origin.slice(0, longest),
    payloads: 0,
    unreadable: 0,
    status: 0,
  };
}
