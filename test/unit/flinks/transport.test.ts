import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { OpenSession } from '../../../src/flinks/client.js';
import {
  clientOf,
  details,
  flinksErrorOf,
  flinksServer,
  loginId,
  refusingUrl,
  replying,
  requestId,
  secret,
  socketServer,
} from '../../support/flinks-server.js';

const megabyte = 1024 * 1024;
const live: OpenSession = { login: { loginId }, mode: 'live', save: true };
const short = { timeouts: { token: 100, authorize: 100, data: 100, poll: 100 } };
const lost = { meaning: { type: 'FlinksUnavailable', transient: true }, delivery: 'lost', facts: {} };
const half = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"Acc';

// Not events.once: a reset is an error of the socket on its way to being closed.
const closing = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

test('a refused connection is known to have carried nothing', async () => {
  const flinks = clientOf(await refusingUrl());
  for (const call of [
    flinks.generateAuthorizeToken(),
    flinks.authorize(live, secret.token),
    flinks.getAccountsSummary(requestId),
  ])
    expect(await flinksErrorOf(call)).toMatchObject({ ...lost, delivery: 'unsent' });
});

test('without a first byte in time the reply counts as lost, and the socket is closed', async () => {
  let closed: Promise<unknown> | undefined;
  const url = await socketServer((socket) => void (closed = closing(socket.resume())));
  const flinks = clientOf(url, short);
  const calls = [
    () => flinks.generateAuthorizeToken(),
    () => flinks.authorize(live, secret.token),
    () => flinks.getAccountsDetail(requestId, details),
    () => flinks.getAccountsDetailAsync(requestId),
  ];
  for (const call of calls) {
    const error = await flinksErrorOf(call());
    expect(error).toMatchObject({ ...lost, message: 'Flinks gave no whole answer within 0.1 s.' });
    await closed;
  }
});

test('a body that stalls is given up in the same time', async () => {
  const url = await socketServer((socket) => void socket.resume().write(half));
  const error = await flinksErrorOf(clientOf(url, short).getAccountsDetail(requestId, details));
  expect(error).toMatchObject({ ...lost, message: 'Flinks gave no whole answer within 0.1 s.' });
});

test.each([
  ['before a byte', ''],
  ['in the head', 'HTTP/1.1 200 OK\r\nContent-Le'],
  ['in the body', half],
])('a connection that is reset %s is a lost reply', async (_when, bytes) => {
  const url = await socketServer((socket) => {
    socket.once('data', () =>
      bytes === '' ? socket.resetAndDestroy() : socket.write(bytes, () => socket.resetAndDestroy()),
    );
  });
  expect(await flinksErrorOf(clientOf(url).authorize(live, secret.token))).toMatchObject(lost);
});

test('a connection that is closed in the middle of a body is a lost reply', async () => {
  const url = await socketServer((socket) => socket.once('data', () => socket.end(half)));
  expect(await flinksErrorOf(clientOf(url).getAccountsDetail(requestId, details))).toMatchObject(lost);
});

test('what is no HTTP is a lost reply', async () => {
  const url = await socketServer((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n')));
  expect(await flinksErrorOf(clientOf(url).getAccountsDetail(requestId, details))).toMatchObject(lost);
});

test('a body as long as the limit is read, and one byte more is too large', async () => {
  const sized = (bytes: number) => `{"Accounts":[],"Pad":"${'x'.repeat(bytes - 24)}"}`;
  const asked = async (bytes: number) => {
    const server = await flinksServer(replying(200, sized(bytes)));
    return clientOf(server.url, { maxResponseBytes: 2_000 }).getAccountsDetail(requestId, details);
  };
  expect(await asked(2_000)).toMatchObject({ kind: 'accounts' });
  expect(await flinksErrorOf(asked(2_001))).toMatchObject({
    meaning: { type: 'ResponseTooLarge', transient: false },
    delivery: 'answered',
  });
});

test('a body without end is cut off at the limit', async () => {
  let sent = 0;
  const server = await flinksServer((response) => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const pump = (): void => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length;
    };
    response.writeHead(200).on('drain', pump);
    pump();
  });
  const error = await flinksErrorOf(clientOf(server.url).getAccountsDetail(requestId, details));
  expect(error.meaning.type).toBe('ResponseTooLarge');
  // The limit is 1 MB; the rest is what the sockets of both sides hold.
  expect(sent).toBeLessThan(32 * megabyte);
});

test('a gzip bomb is cut off at the limit, and takes no more memory than that', async () => {
  // A gigabyte of blanks in one megabyte: gzip members may follow each other.
  const member = gzipSync(Buffer.alloc(10 * megabyte, ' '));
  const bomb = Buffer.concat(Array.from({ length: 100 }, () => member));
  const server = await flinksServer((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
  const before = process.resourceUsage().maxRSS;
  const error = await flinksErrorOf(clientOf(server.url).getAccountsDetail(requestId, details));
  expect(error).toMatchObject({ meaning: { type: 'ResponseTooLarge', transient: false }, delivery: 'answered' });
  expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(100);
});

test('a redirect is not followed, so no key goes to another host', async () => {
  const elsewhere = await flinksServer(replying(200, { Accounts: [] }));
  for (const status of [301, 302, 307, 308]) {
    const server = await flinksServer(replying(status, '', { location: `${elsewhere.url}/v3/` }));
    const flinks = clientOf(server.url);
    for (const call of [flinks.authorize(live, secret.token), flinks.getAccountsSummary(requestId)])
      expect(await flinksErrorOf(call)).toMatchObject({
        meaning: { type: 'FlinksUnavailable', transient: true },
        delivery: 'lost',
        facts: { status },
      });
    expect(server.received).toHaveLength(2);
  }
  expect(elsewhere.received).toEqual([]);
});

test('the links of a reply are not followed', async () => {
  const elsewhere = await flinksServer(replying(200, { Accounts: [] }));
  const Links = [{ rel: 'Self', href: `${elsewhere.url}/GetAccountsDetailAsync`, example: null }];
  const server = await flinksServer(replying(202, { FlinksCode: 'OPERATION_PENDING', RequestId: requestId, Links }));
  const flinks = clientOf(server.url);
  await flinks.getAccountsDetail(requestId, details);
  await flinks.getAccountsDetailAsync(requestId);
  expect([server.received.length, elsewhere.received.length]).toEqual([2, 0]);
});

test('an abort closes the socket and passes its reason on', async () => {
  const reason = new Error('The run was cancelled.');
  const controller = new AbortController();
  let closed: Promise<unknown> | undefined;
  const url = await socketServer((socket) => {
    closed = closing(socket);
    socket.once('data', () => controller.abort(reason));
  });
  const call = clientOf(url).authorize(live, secret.token, controller.signal);
  await expect(call).rejects.toBe(reason);
  await closed;
});

test('an abort in the middle of a body closes the socket too', async () => {
  const reason = new Error('The run was cancelled.');
  const controller = new AbortController();
  let closed: Promise<unknown> | undefined;
  const url = await socketServer((socket) => {
    closed = closing(socket);
    socket.once('data', () => socket.write(half, () => controller.abort(reason)));
  });
  await expect(clientOf(url).getAccountsDetail(requestId, details, controller.signal)).rejects.toBe(reason);
  await closed;
});

test('a call that was aborted before it began sends nothing', async () => {
  const server = await flinksServer(replying(200, { Token: secret.token }));
  const reason = new Error('The run was cancelled.');
  await expect(clientOf(server.url).generateAuthorizeToken(AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(server.received).toEqual([]);
});
