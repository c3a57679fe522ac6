import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import type { ClientRequest } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Socket as RealSocket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import type { OpenSession } from '../../../src/flinks/client.js';
import { watchSending } from '../../../src/flinks/sending.js';
import {
  clientOf,
  flinksErrorOf,
  loginId,
  refusingUrl,
  replying,
  flinksServer,
  secret,
  socketServer,
} from '../../support/flinks-server.js';
import { selfSigned } from '../../support/self-signed.js';

const live: OpenSession = { login: { loginId }, mode: 'live', save: true };
const short = { timeouts: { token: 200, authorize: 200, data: 200, poll: 200 } };

/** How a live login at this address fails. */
const failureAt = (url: string, options = {}) => flinksErrorOf(clientOf(url, options).authorize(live, secret.token));

/** A TLS server for the length of one test; it does with each connection what the test says. */
async function tlsServer(certificate: { key: string; cert: string }, onOpen: (socket: TLSSocket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer(certificate, (socket) => {
    socket.on('error', () => undefined);
    onOpen(socket);
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Our own end of every connection that is opened during the test. */
function ownSockets(): Socket[] {
  const sockets: Socket[] = [];
  const note = (message: unknown): void => void sockets.push((message as { socket: Socket }).socket);
  subscribe('net.client.socket', note);
  onTestFinished(() => void unsubscribe('net.client.socket', note));
  return sockets;
}

const broken = (code: string) => Object.assign(new Error('The network says so.'), { code });

test('a refused connection carried nothing, and neither did a name that leads nowhere', async () => {
  expect((await failureAt(await refusingUrl())).delivery).toBe('unsent');
  expect((await failureAt('http://nowhere.invalid')).delivery).toBe('unsent');
});

test.each([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
])('%s after Flinks has the whole login is a lost reply, whatever the code says elsewhere', async (code) => {
  const own = ownSockets();
  const url = await socketServer((socket) => {
    let received = '';
    socket.on('data', (bytes) => {
      received += String(bytes);
      if (received.includes(loginId)) own.forEach((one) => one.destroy(broken(code)));
    });
  });
  expect(await failureAt(url)).toMatchObject({ delivery: 'lost', meaning: { type: 'FlinksUnavailable' } });
});

test.each(['EHOSTUNREACH', 'ETIMEDOUT', 'ECONNRESET', 'EPIPE'])(
  '%s before there is a connection: nothing was sent',
  async (code) => {
    const breakOff = (message: unknown): void =>
      process.nextTick(() => (message as { socket: Socket }).socket.destroy(broken(code)));
    subscribe('net.client.socket', breakOff);
    onTestFinished(() => void unsubscribe('net.client.socket', breakOff));
    const { url, received } = await flinksServer(replying(200, {}));
    expect((await failureAt(url)).delivery).toBe('unsent');
    expect(received).toEqual([]);
  },
);

test('a handshake that hangs until the time is over sent nothing', async () => {
  const url = await socketServer((socket) => void socket.resume());
  const error = await failureAt(url.replace('http:', 'https:'), short);
  expect(error).toMatchObject({ delivery: 'unsent', message: expect.stringContaining('within 0.2 s') });
});

test('a handshake that is reset sent nothing', async () => {
  const url = await socketServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  expect((await failureAt(url.replace('http:', 'https:'))).delivery).toBe('unsent');
});

test('a certificate that nobody vouches for gets nothing, and is named', async () => {
  let received = 0;
  const url = await tlsServer(await selfSigned(), (socket) => socket.on('data', ({ length }) => (received += length)));
  expect(await failureAt(url)).toMatchObject({
    delivery: 'unsent',
    message: expect.stringContaining('(DEPTH_ZERO_SELF_SIGNED_CERT)'),
  });
  expect(received).toBe(0);
});

test('a connection to the wrong kind of server sent nothing: TLS to plain HTTP', async () => {
  const { url, received } = await flinksServer(replying(200, {}));
  expect((await failureAt(url.replace('http:', 'https:'))).delivery).toBe('unsent');
  expect(received).toEqual([]);
});

/** Watches a request whose connection the test plays. */
function watched(socket: EventEmitter) {
  const request = new EventEmitter();
  const mayHaveLeft = watchSending(request as ClientRequest);
  request.emit('socket', socket);
  return mayHaveLeft;
}

test('a request that waits for its connection has not left, and one on an open or kept connection may have', async () => {
  expect(watchSending(new EventEmitter() as ClientRequest)()).toBe(false);
  const opening = Object.assign(new EventEmitter(), { connecting: true });
  const mayHaveLeft = watched(opening);
  expect(mayHaveLeft()).toBe(false);
  opening.emit('connect');
  expect(mayHaveLeft()).toBe(true);
  // As an agent hands it out that keeps connections, or has opened a way through a proxy.
  expect(watched(new RealSocket())()).toBe(true);
});
