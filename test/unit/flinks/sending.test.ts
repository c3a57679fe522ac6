// Whether a call was sent follows from its connection. A live login that was not sent may be made again; any other may not.
import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http, { type ClientRequest } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, Socket, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { promisify } from 'node:util';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import type { FlinksClient, OpenSession } from '../../../src/flinks/client.js';
import { watchSending } from '../../../src/flinks/sending.js';
import { certificateAuthority, type Certificate } from '../../support/certificates.js';
import {
  clientOf,
  flinksErrorOf,
  flinksServer,
  loginId,
  replying,
  secret,
  socketServer,
} from '../../support/flinks-server.js';

const live: OpenSession = { login: { loginId }, mode: 'live', save: true };
const login = (flinks: FlinksClient) => flinksErrorOf(flinks.authorize(live, secret.token));
const authority = await certificateAuthority();

afterEach(() => vi.restoreAllMocks());

/** A Flinks with this certificate, and how many requests reached it. */
async function secureFlinks(certificate: Certificate): Promise<{ port: number; received: () => number }> {
  let received = 0;
  const server = createTlsServer(certificate, (_request, response) => {
    received += 1;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, received: () => received };
}

/** Asks in a process of its own, because Node reads the file of a private CA once, at its start. */
async function askedWith(extraCa: string | undefined, urls: string[]): Promise<Told[]> {
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: extraCa };
  const { stdout } = await promisify(execFile)(process.execPath, [...askFlinks, ...urls], { env });
  return JSON.parse(stdout) as Told[];
}
const askFlinks = ['--import', 'tsx', 'test/support/ask-flinks.ts'];

interface Told {
  type: string;
  transient: boolean;
  delivery: string;
  message: string;
}

test('a certificate that is refused is named, nothing was sent, and nobody tries again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'private-ca-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'ca.pem'), authority.ca);
  const good = await secureFlinks(await authority.issue('localhost'));
  const address = await secureFlinks(await authority.issue('127.0.0.1'));
  const expired = await secureFlinks(await authority.issue('localhost', -1));

  const [untrusted] = await askedWith(undefined, [`https://localhost:${good.port}`]);
  const [trusted, byAddress, wrongHost, tooOld] = await askedWith(join(folder, 'ca.pem'), [
    `https://localhost:${good.port}`,
    `https://127.0.0.1:${address.port}`,
    `https://localhost:${address.port}`,
    `https://localhost:${expired.port}`,
  ]);
  // They were reached: what they answer is no token.
  for (const told of [trusted, byAddress]) expect(told).toMatchObject({ delivery: 'lost' });
  const refused = { type: 'FlinksConfiguration', transient: false, delivery: 'unsent' };
  for (const [told, why] of [
    [untrusted, /its issuer is not trusted/],
    [wrongHost, /it is for another host/],
    [tooOld, /it has expired/],
  ] as const) {
    expect(told).toMatchObject(refused);
    expect(told?.message).toMatch(why);
    expect(told?.message).toContain('NODE_EXTRA_CA_CERTS');
  }
  expect([good, address, expired].map(({ received }) => received())).toEqual([1, 1, 0]);
});

test('a far side that never finishes the handshake got nothing', async () => {
  const url = await socketServer((socket) => void socket.resume());
  const timeouts = { token: 300, authorize: 300, data: 300, poll: 300 };
  const error = await login(clientOf(url.replace('http:', 'https:'), { timeouts }));
  expect(error).toMatchObject({ meaning: { type: 'FlinksUnavailable', transient: true }, delivery: 'unsent' });
  expect(error.message).toContain('within 0.3 s');
});

test.each(['EHOSTUNREACH', 'ENETUNREACH', 'ECONNREFUSED', 'ETIMEDOUT', 'EAI_AGAIN'])(
  '%s after the request went out does not say that it did not',
  async (code) => {
    const original = http.request;
    let socket: Socket | undefined;
    vi.spyOn(http, 'request').mockImplementation((...args: Parameters<typeof http.request>) =>
      original(...args).once('socket', (one) => (socket = one)),
    );
    const server = await flinksServer(() => socket?.destroy(Object.assign(new Error('lost'), { code })));
    expect(await login(clientOf(server.url))).toMatchObject({ delivery: 'lost' });
    expect(server.received).toHaveLength(1);
  },
);

test.each(['EHOSTUNREACH', 'ETIMEDOUT', 'ECONNRESET', 'EPIPE'])(
  '%s before the connection was made says that nothing left',
  async (code) => {
    const original = http.request;
    vi.spyOn(http, 'request').mockImplementation((...args: Parameters<typeof http.request>) =>
      original(...args).once('socket', (one) => one.destroy(Object.assign(new Error('lost'), { code }))),
    );
    const server = await flinksServer(replying(200, {}));
    expect(await login(clientOf(server.url))).toMatchObject({ delivery: 'unsent' });
    expect(server.received).toEqual([]);
  },
);

test('a kept connection that breaks may have carried the request', async () => {
  let requests = 0;
  const server = await flinksServer((response, request) => {
    requests += 1;
    if (requests === 1) replying(200, { Token: secret.token })(response, request);
    else response.destroy();
  });
  const flinks = clientOf(server.url);
  await flinks.generateAuthorizeToken();
  expect(await flinksErrorOf(flinks.generateAuthorizeToken())).toMatchObject({ delivery: 'lost' });
});

/** Watches a request that an agent gives this connection. */
function watched(socket: Socket) {
  const request = new EventEmitter() as ClientRequest;
  const sending = watchSending(request);
  request.emit('socket', socket);
  return sending;
}

test('a connection that an agent hands out open may carry all of it: through a proxy, say, and over TLS', async () => {
  const { port } = await secureFlinks(await authority.issue('127.0.0.1'));
  const plain = connect(port, '127.0.0.1');
  onTestFinished(() => void plain.destroy());
  expect(watched(plain).mayHaveLeft).toBe(false);
  await once(plain, 'connect');
  expect(watched(plain).mayHaveLeft).toBe(true);

  const secure = tlsConnect({ socket: plain, rejectUnauthorized: false });
  const sending = watched(secure);
  expect(sending.mayHaveLeft).toBe(false);
  await once(secure, 'secureConnect');
  expect([sending.mayHaveLeft, watched(secure).mayHaveLeft]).toEqual([true, true]);
});

test('a connection that broke before the request got it carries nothing', () => {
  expect(watched(new Socket().destroy()).mayHaveLeft).toBe(false);
});
