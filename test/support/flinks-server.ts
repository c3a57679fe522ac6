import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { createFlinksClient, type FlinksClient, type FlinksClientOptions } from '../../src/flinks/client.js';
import { FlinksError } from '../../src/flinks/errors.js';

/** One request as it came over the wire. */
export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The far end of its connection: requests with the same one shared a connection. */
  port: number | undefined;
}

export interface FlinksServer {
  url: string;
  received: Received[];
  /** Refuses new connections from now on. */
  stop(): void;
}

type Answer = (response: ServerResponse, request: Received) => void;

/** The keys and secrets of these tests, none of which may show up in an error. */
export const secret = {
  secretKey: 'secret-key-51c9',
  apiKey: 'api-key-77aa',
  token: 'authorize-token-90ff',
  username: 'username-amelie-3e',
  password: 'password-Zebra-8d',
  answer: 'answer-Montreal-2b',
  body: 'body-of-flinks-6a',
};

export const customerId = '00000000-0000-4000-8000-00000000c057';
export const requestId = '00000000-0000-4000-8000-0000000000a1';
export const loginId = '00000000-0000-4000-8000-0000000000b2';
export const details = {
  withTransactions: true,
  daysOfTransactions: 'Days90',
  withAccountIdentity: true,
  withKyc: true,
};

/** Answers with JSON, or with the text as it is. */
export const replying =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  };

/** An HTTP server in the place of Flinks, for the length of one test. */
export async function flinksServer(answer: Answer): Promise<FlinksServer> {
  const received: Received[] = [];
  const listener: RequestListener = (request, response) => {
    const { method = '', url = '', headers } = request;
    const port = request.socket.remotePort;
    buffer(request).then(
      (bytes) => {
        const whole = { method, path: url, headers, body: bytes.toString('utf8'), port };
        received.push(whole);
        answer(response, whole);
      },
      () => response.destroy(),
    );
  };
  const server = createServer(listener);
  const url = await listening(server);
  onTestFinished(() => server.closeAllConnections());
  return { url, received, stop: () => void server.close() };
}

/** A server that does with each connection what the test says. */
export async function socketServer(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  const url = await listening(server);
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  return url;
}

/** The address of a port at which nobody listens. */
export async function refusingUrl(): Promise<string> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

/** A client of that address; its connections are closed with the test. */
export function clientOf(baseUrl: string, options: Partial<FlinksClientOptions> = {}): FlinksClient {
  const client = createFlinksClient({
    baseUrl,
    customerId,
    secretKey: secret.secretKey,
    apiKey: secret.apiKey,
    maxResponseBytes: 1024 * 1024,
    timeouts: { token: 5_000, authorize: 5_000, data: 5_000, poll: 5_000 },
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

/** The FlinksError with which a call ends; anything else fails the test. */
export async function flinksErrorOf(call: Promise<unknown>): Promise<FlinksError> {
  const error = await call.then(
    () => new Error('The call succeeded.'),
    (error: unknown) => error,
  );
  if (error instanceof FlinksError) return error;
  throw error;
}
