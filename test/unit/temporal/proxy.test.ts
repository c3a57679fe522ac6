// The way to Temporal: through the proxy of gRPC's variables, and what is said if one stands in the way.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { describeProxy } from '../../../src/contract/proxy.js';
import { connectTo } from '../../../src/temporal/connection.js';
import { temporalProxy } from '../../../src/temporal/proxy.js';
import { nativeOptions } from '../../../src/worker/native-options.js';

beforeEach(() => {
  for (const name of ['grpc_proxy', 'https_proxy', 'http_proxy', 'no_grpc_proxy', 'no_proxy'])
    vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const address = 'temporal.example.com:7233';
const configOf = (to: string) => ({ address: to, namespace: 'default', connectionOptions: { address: to } });
const proxy = 'http://jane:p%40ss@proxy.example.com:3128';

test('a worker takes the proxy that its clients take', () => {
  expect(nativeOptions(configOf(address))).toEqual({ address });
  vi.stubEnv('https_proxy', proxy);
  expect(nativeOptions(configOf(address))).toEqual({
    address,
    proxy: {
      type: 'http-connect',
      targetHost: 'proxy.example.com:3128',
      basicAuth: { username: 'jane', password: 'p@ss' },
    },
  });
  vi.stubEnv('grpc_proxy', 'http://other.example.com');
  expect(nativeOptions(configOf(address))).toMatchObject({ proxy: { targetHost: 'other.example.com:80' } });
});

test.each([
  ['no_proxy', 'example.com'],
  ['no_proxy', 'localhost,temporal.example.com'],
  ['no_grpc_proxy', '.example.com'],
])('%s=%s leads past it', (variable, ends) => {
  vi.stubEnv('https_proxy', proxy);
  vi.stubEnv(variable, ends);
  expect(temporalProxy(address)).toBeUndefined();
});

test('a proxy is named without its user', () => {
  vi.stubEnv('https_proxy', proxy);
  const found = temporalProxy(address);
  expect(found && describeProxy(found)).toBe('the proxy of https_proxy (proxy.example.com:3128)');
});

test('what cannot reach a server on this machine says that a proxy stands in the way, and how to go past it', async () => {
  vi.stubEnv('https_proxy', 'http://jane:secret@127.0.0.1:9');
  const error = await connectTo(configOf('localhost:7')).catch((error: unknown) => error as Error);
  expect(error).toMatchObject({ code: 'ServerUnreachable' });
  expect(error).toHaveProperty(
    'message',
    expect.stringMatching(
      /through the proxy of https_proxy \(127\.0\.0\.1:9\)\. The server is on this machine, and a proxy.*add localhost/,
    ),
  );
  expect(error).toHaveProperty('message', expect.not.stringMatching(/jane|secret/));
});

test('without a proxy nothing is said of one', async () => {
  const error = await connectTo(configOf('localhost:7')).catch((error: unknown) => error);
  expect(String(error)).not.toMatch(/proxy/);
});
