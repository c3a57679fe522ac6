// What stands between the parts: a proxy with authentication, a private CA, client certificates, IPv6.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { createProxy } from 'proxy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workerEnvironment } from '../../simulator/defaults.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import type { TemporalServer } from '../../dev/temporal-server.js';
import { privateAuthority, type Authority, type Pair } from '../support/openssl.js';
import { devServer } from '../support/servers.js';
import { starterAt } from '../support/starter.js';
import { launchWorker, startWorker } from '../support/worker-process.js';

let server: TemporalServer;
let simulator: Simulator;
let authority: Authority;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  [server, simulator, authority] = await Promise.all([devServer(), startSimulator(), privateAuthority()]);
});
afterAll(async () => {
  for (const close of closing.toReversed()) await close();
  await Promise.all([server.stop(), simulator.close(), authority.remove()]);
});

const portOf = (listening: { address(): unknown }): number => (listening.address() as AddressInfo).port;

/** Takes TLS connections in front of a plain service; with `clients` only those with a certificate of the authority. */
async function tlsBefore(target: string, { cert, key }: Pair, host = '127.0.0.1', clients = false): Promise<number> {
  const { hostname, port } = new URL(`tcp://${target}`);
  const files = await Promise.all([cert, key, authority.ca].map((file) => readFile(file)));
  const [certificate = '', secret = '', ca = ''] = files;
  const options = { cert: certificate, key: secret, ca, ALPNProtocols: clients ? ['h2'] : ['http/1.1'] };
  const open = new Set<Socket>();
  const front = createTlsServer(
    { ...options, requestCert: clients, rejectUnauthorized: clients },
    (near: TLSSocket) => {
      const far = connect(Number(port), hostname);
      for (const socket of [near, far]) {
        open.add(socket);
        socket.on('error', () => undefined);
      }
      near.pipe(far).pipe(near);
    },
  );
  await once(front.listen(0, host), 'listening');
  closing.push(() => {
    for (const socket of open) socket.destroy();
    front.close();
  });
  return portOf(front);
}

/** A proxy that lets in one user, and the targets of its tunnels. */
async function proxyWithUser() {
  const tunnels: string[] = [];
  const proxy = createProxy(createServer());
  const right = `Basic ${Buffer.from('jane:Passw0rd').toString('base64')}`;
  proxy.authenticate = ({ headers }) => headers['proxy-authorization'] === right;
  proxy.on('connect', ({ url = '', headers }) => headers['proxy-authorization'] === right && tunnels.push(url));
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { url: `http://jane:Passw0rd@127.0.0.1:${portOf(proxy)}`, tunnels };
}

const hostOf = (url: string): string => new URL(url).host;

describe('a flow through a proxy', () => {
  test('reaches Temporal and Flinks by tunnels, from worker and client, and past it by NO_PROXY', async () => {
    const { url, tunnels } = await proxyWithUser();
    const through = { http_proxy: url };
    const worker = await startWorker(server, simulator, through);
    closing.push(() => worker.stop());
    const starter = starterAt(server.address);
    const login = ['--login-id', loginIdFor('plain', 1)];
    const ran = await starter(['start', ...login, '--wait', '--timeout', '1 minute'], { env: through });
    expect(ran).toMatchObject({ exit: 0, stdout: expect.stringMatching(/Chequing/) });
    expect(new Set(tunnels)).toEqual(new Set([server.address, hostOf(simulator.url)]));

    tunnels.length = 0;
    const past = { ...through, no_proxy: '127.0.0.1' };
    expect(await starter(['status', ...login], { env: past })).toMatchObject({ exit: 0 });
    expect(tunnels).toEqual([]);
  });

  test('that stands in the way of a local server is named, with what to do', async () => {
    const env = { https_proxy: 'http://jane:Passw0rd@127.0.0.1:9' };
    const ran = await starterAt(server.address)(['list'], { env });
    expect(ran).toMatchObject({ exit: 5, stderr: expect.stringMatching(/a proxy stands in the way.*no_proxy/) });
    expect(ran.stderr).not.toMatch(/jane|Passw0rd/);
    const worker = await launchWorker({
      TEMPORAL_ADDRESS: server.address,
      ...workerEnvironment(simulator.url, simulator.keys),
      ...env,
    });
    await worker.ended.catch(() => undefined);
    expect(worker.output()).toMatch(/a proxy stands in the way.*no_proxy/);
  });
});

describe('Flinks behind a certificate of a private CA', () => {
  const found = async (url: string, env: Record<string, string> = {}) => {
    const flinks = { ...workerEnvironment(simulator.url, simulator.keys), FLINKS_BASE_URL: url };
    return (await starterAt(server.address)(['doctor'], { env: { ...flinks, ...env } })).stdout;
  };

  test('is trusted by NODE_EXTRA_CA_CERTS, not without it, and through a proxy too', async () => {
    const pair = await authority.sign('flinks', 'DNS:localhost,IP:127.0.0.1,IP:::1');
    const url = `https://localhost:${await tlsBefore(hostOf(simulator.url), pair)}`;
    expect(await found(url)).not.toContain('accepts this secret key');
    const trusted = { NODE_EXTRA_CA_CERTS: authority.ca };
    expect(await found(url, trusted)).toContain(`${url} accepts this secret key`);
    const { url: proxy, tunnels } = await proxyWithUser();
    expect(await found(url, { ...trusted, HTTPS_PROXY: proxy })).toContain('accepts this secret key');
    expect(new Set(tunnels)).toEqual(new Set([hostOf(url)]));
    expect(await found(url, { HTTPS_PROXY: proxy })).not.toContain('accepts this secret key');
  });

  test('is reached by IPv6', async () => {
    const pair = await authority.sign('flinks6', 'IP:::1');
    const url = `https://[::1]:${await tlsBefore(hostOf(simulator.url), pair, '::1')}`;
    expect(await found(url, { NODE_EXTRA_CA_CERTS: authority.ca })).toContain(`${url} accepts this secret key`);
  });
});

test.each([
  ['127.0.0.1', {}],
  // The native core cannot match an IPv6 address with a certificate, so it gets a name.
  ['[::1]', { TEMPORAL_TLS_SERVER_NAME: 'localhost' }],
])('Temporal at %s that asks for client certificates: a flow with one, and none without', async (host, named) => {
  const [serverPair, client] = await Promise.all([
    authority.sign('temporal', 'DNS:localhost,IP:127.0.0.1,IP:::1'),
    authority.sign('client', 'DNS:client'),
  ]);
  const address = `${host}:${await tlsBefore(server.address, serverPair, host.replace(/[[\]]/g, ''), true)}`;
  const ca = { TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.ca, ...named };
  const mtls = { ...ca, TEMPORAL_TLS_CLIENT_CERT_PATH: client.cert, TEMPORAL_TLS_CLIENT_KEY_PATH: client.key };
  const starter = starterAt(address);
  expect(await starter(['list'], { env: ca })).toMatchObject({ exit: 5 });
  expect(await starter(['list'], { env: mtls })).toMatchObject({ exit: 0 });
  const worker = await startWorker({ address }, simulator, mtls);
  const loginId = loginIdFor('plain', (tried += 1));
  const start = ['start', '--login-id', loginId, '--wait', '--timeout', '1 minute'];
  expect(await starter(start, { env: mtls })).toMatchObject({ exit: 0 });
  await worker.stop();
});
let tried = 10;
