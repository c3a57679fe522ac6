// The way to Flinks through a real proxy with authentication, and past it.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createProxy, type ProxyServer } from 'proxy';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { proxyFor } from '../../../src/config/proxy.js';
import { loadWorkerConfig } from '../../../src/config.js';
import { checkFlinks } from '../../../src/cli/doctor/flinks.js';
import {
  clientOf as directClientOf,
  customerId,
  flinksErrorOf,
  flinksServer,
  loginId,
  refusingUrl,
  replying,
  secret,
} from '../../support/flinks-server.js';

/** A client that is configured by the environment. */
const clientOf = (url: string) => directClientOf(url, { proxy: proxyFor(url) });
const token = replying(200, { FlinksCode: 'OK', Token: secret.token, HttpStatusCode: 200 });
const password = 'proxy-Passw0rd-5e';
const proxyVariables = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [
  name,
  name.toUpperCase(),
]);

let proxy: ProxyServer;
/** What the proxy was asked for: CONNECT and where to, or a whole request. */
let asked: string[];
let address: string;

beforeEach(async () => {
  for (const name of proxyVariables) vi.stubEnv(name, undefined);
  asked = [];
  proxy = createProxy(createServer());
  proxy.authenticate = ({ headers }) =>
    headers['proxy-authorization'] === `Basic ${Buffer.from(`jane:${password}`).toString('base64')}`;
  proxy.on('connect', ({ url = '' }) => asked.push(`CONNECT ${url}`));
  proxy.on('request', ({ url = '' }) => asked.push(url));
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  address = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});

afterEach(() => {
  vi.unstubAllEnvs();
  proxy.closeAllConnections();
  proxy.close();
});

const withUser = () => `http://jane:${password}@${address}`;

describe('through a proxy', () => {
  test.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'])(
    'of %s with authentication a call arrives, by CONNECT only',
    async (variable) => {
      const flinks = await flinksServer(token);
      vi.stubEnv(variable, withUser());
      const client = clientOf(flinks.url);
      expect(await client.generateAuthorizeToken()).toBe(secret.token);
      await client.generateAuthorizeToken();
      client.close();
      expect(flinks.received).toHaveLength(2);
      expect(flinks.received[0]?.headers).not.toHaveProperty('proxy-authorization');
      // The second call goes through the tunnel of the first.
      expect(asked).toEqual([`CONNECT ${new URL(flinks.url).host}`]);
    },
  );

  test.each([
    ['a wrong password', () => `http://jane:wrong@${address}`, 'wants another user or password (407)'],
    ['no password', () => `http://${address}`, 'wants another user or password (407)'],
  ])('with %s nothing is sent, and the proxy’s page is not taken for Flinks’ answer', async (_what, url, message) => {
    const flinks = await flinksServer(token);
    vi.stubEnv('HTTP_PROXY', url());
    const client = clientOf(flinks.url);
    const live = { login: { loginId }, mode: 'live', save: true } as const;
    for (const call of [client.generateAuthorizeToken(), client.authorize(live, secret.token)]) {
      const error = await flinksErrorOf(call);
      expect(error).toMatchObject({ meaning: { type: 'FlinksUnavailable', transient: true }, delivery: 'unsent' });
      expect(error.message).toContain(`The proxy of HTTP_PROXY (${address}) ${message}`);
      expect(error.message).toContain('add 127.0.0.1 to NO_PROXY');
      expect(error.message).not.toMatch(/wrong|jane/);
    }
    expect(flinks.received).toEqual([]);
  });

  test('that is not there nothing is sent, and it is named', async () => {
    const flinks = await flinksServer(token);
    vi.stubEnv('HTTP_PROXY', await refusingUrl());
    const error = await flinksErrorOf(clientOf(flinks.url).generateAuthorizeToken());
    expect(error).toMatchObject({ delivery: 'unsent' });
    expect(error.message).toMatch(/^The proxy of HTTP_PROXY \(127\.0\.0\.1:\d+\) cannot be reached \(ECONNREFUSED\)/);
  });

  test('that cannot reach Flinks nothing is sent', async () => {
    vi.stubEnv('HTTP_PROXY', withUser());
    const error = await flinksErrorOf(clientOf(await refusingUrl()).generateAuthorizeToken());
    expect(error).toMatchObject({
      delivery: 'unsent',
      message: expect.stringMatching(/refused the connection \(\d+\)/) as unknown,
    });
  });

  test('a call that is given up while the proxy says nothing is given up at once', async () => {
    const silent = createServer();
    silent.on('connect', () => undefined);
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    const flinks = await flinksServer(token);
    const stop = new AbortController();
    const calling = clientOf(flinks.url).generateAuthorizeToken(stop.signal);
    await once(silent, 'connect');
    stop.abort(new Error('given up'));
    await expect(calling).rejects.toThrow('given up');
    expect(flinks.received).toEqual([]);
    silent.closeAllConnections();
    silent.close();
  });

  test('doctor names it, without its user', async () => {
    const flinks = await flinksServer(token);
    vi.stubEnv('HTTP_PROXY', withUser());
    const environment = {
      FLINKS_BASE_URL: flinks.url,
      FLINKS_CUSTOMER_ID: customerId,
      FLINKS_SECRET_KEY: 'a',
      FLINKS_API_KEY: 'b',
    };
    const findings = await checkFlinks(environment);
    const text = JSON.stringify(findings);
    expect(text).toContain(`through the proxy of HTTP_PROXY (${address}), accepts this secret key`);
    expect(text).not.toMatch(new RegExp(`jane|${password}`));
  });
});

describe('past a proxy', () => {
  test.each(['127.0.0.1', '*', 'example.com, 127.0.0.1', '.0.0.1'])('by NO_PROXY=%s', async (direct) => {
    const flinks = await flinksServer(token);
    vi.stubEnv('HTTP_PROXY', withUser());
    vi.stubEnv('NO_PROXY', direct);
    expect(await clientOf(flinks.url).generateAuthorizeToken()).toBe(secret.token);
    expect(asked).toEqual([]);
  });

  test('HTTPS_PROXY is not for an http address', async () => {
    const flinks = await flinksServer(token);
    vi.stubEnv('HTTPS_PROXY', withUser());
    expect(await clientOf(flinks.url).generateAuthorizeToken()).toBe(secret.token);
    expect(asked).toEqual([]);
  });
});

test.each(['socks5://proxy.example.com:1080', 'http://', 'http://[:3128'])(
  'a proxy that is none is named at the start: %s',
  (value) => {
    vi.stubEnv('HTTPS_PROXY', value);
    const environment = {
      FLINKS_BASE_URL: 'https://example-api.private.fin.ag',
      FLINKS_CUSTOMER_ID: customerId,
      FLINKS_SECRET_KEY: 'a',
      FLINKS_API_KEY: 'b',
    };
    expect(() => loadWorkerConfig(environment)).toThrow(/HTTPS_PROXY must be the address of an HTTP proxy/);
  },
);
