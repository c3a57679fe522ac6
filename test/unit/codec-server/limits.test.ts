// What one caller can take from the codec server: bytes, time, and pages that may call it.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import type { Payload } from '@temporalio/common';
import { afterEach, describe, expect, test } from 'vitest';
import { loadCodecServerConfig, startCodecServer } from '../../../src/codec-server/main.js';
import { createCodecServer, type AuditLine } from '../../../src/codec-server/server.js';
import { createEncryptionCodec } from '../../../src/temporal/encryption/codec.js';
import { localKeys, parsePayloadKeys } from '../../../src/temporal/encryption/keys.js';

const megabyte = 1024 * 1024;
const keys = localKeys(parsePayloadKeys(`k:${randomBytes(32).toString('base64')}`) ?? []);
const codec = createEncryptionCodec({ keys, namespace: 'default' });
const lines: AuditLine[] = [];
let server: FastifyInstance | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
  lines.length = 0;
});

/** The payloads of one text each, as many as are named, as JSON. */
async function sealed(data: Buffer, times: number) {
  const payload: Payload = { metadata: { encoding: Buffer.from('json/plain') }, data };
  const [one] = await codec.encode([payload], { type: 'workflow', namespace: 'default', workflowId: 'w' });
  const metadata = Object.entries(one?.metadata ?? {}).map(([key, value]) => [
    key,
    Buffer.from(value).toString('base64'),
  ]);
  const json = { metadata: Object.fromEntries(metadata), data: Buffer.from(one?.data ?? []).toString('base64') };
  return Array.from({ length: times }, () => json);
}

const open = { CODEC_ORIGINS: 'https://ui.example.com', CODEC_DEV_OPEN: '1', CODEC_PORT: '0' };

async function decode(payloads: unknown[]) {
  server = await startCodecServer(loadCodecServerConfig(open), { keys, accept: 'any', lostKeys: new Set() }, (line) =>
    lines.push(line),
  );
  const answer = await server.inject({
    method: 'POST',
    url: '/decode',
    headers: { 'x-namespace': 'default' },
    payload: { payloads },
  });
  return answer.json<{ payloads: { data: string }[] }>().payloads.map(({ data }) => data.length);
}

describe('bytes', () => {
  test('a small request decodes 64 MB at most, and what is beyond comes back as it was', async () => {
    const many = await sealed(Buffer.alloc(6 * megabyte, 'x'), 100);
    const sizes = await decode(many);
    expect(sizes.filter((size) => size > 6 * megabyte)).toHaveLength(10);
    expect(sizes.slice(11)).toEqual(many.slice(11).map(({ data }) => data.length));
    expect(lines).toMatchObject([{ unreadable: 90, reason: expect.stringContaining('64 MB') as unknown }]);
  });

  test('one payload that inflates to more is not inflated further, nor any after it', async () => {
    const [large] = await sealed(Buffer.alloc(65 * megabyte, 'x'), 1);
    const [small] = await sealed(Buffer.from('"Montreal"'), 1);
    expect(await decode([small, large, small])).toEqual([16, large?.data.length, small?.data.length]);
  });

  test('one just below is read', async () => {
    const [large] = await sealed(Buffer.alloc(63 * megabyte, 'x'), 1);
    expect(await decode([large])).toEqual([84 * megabyte]);
    expect(lines[0]).not.toHaveProperty('reason');
  });

  test('a payload with more metadata than any of Temporal’s is refused', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`entry-${index}`, '']));
    const limited = createCodecServer(optionsOf({}));
    const answer = await limited.inject({
      method: 'POST',
      url: '/encode',
      headers: { 'x-namespace': 'default' },
      payload: { payloads: [{ metadata, data: '' }] },
    });
    expect(answer.statusCode).toBe(400);
  });
});

const optionsOf = (options: Partial<Parameters<typeof createCodecServer>[0]>) => ({
  codecFor: () => codec,
  origins: ['https://ui.example.com'],
  checkAccess: async () => 'somebody',
  audit: (line: AuditLine) => void lines.push(line),
  ...options,
});

describe('time', () => {
  const begun = 'POST /decode HTTP/1.1\r\nHost: codec\r\nX-Namespace: default\r\nContent-Type: application/json\r\n';

  test.each([
    ['headers that do not end', begun, 0],
    ['a body that does not come', `${begun}Content-Length: 100\r\n\r\n{"payloads":`, 1],
  ])('%s end the connection', async (_what, sent, audited) => {
    server = createCodecServer(optionsOf({ limits: { headersMs: 50, requestMs: 100 } }));
    await server.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(sent);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 |^$/);
    await server.close();
    expect(lines).toHaveLength(audited);
    for (const line of lines)
      expect(line).toMatchObject({ subject: 'somebody', reason: expect.any(String) as unknown });
  });

  test('they hold as it is started, too', async () => {
    server = await startCodecServer(
      loadCodecServerConfig(open),
      { keys, accept: 'any', lostKeys: new Set() },
      () => undefined,
    );
    const { headersTimeout, requestTimeout, timeout } = server.server;
    expect({ headersTimeout, requestTimeout, timeout }).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      timeout: 60_000,
    });
  });
});

describe('origins', () => {
  test.each([
    ['https://ui.example.com/', 'https://ui.example.com'],
    ['HTTPS://UI.example.com:443', 'https://ui.example.com'],
    ['http://localhost:8233', 'http://localhost:8233'],
    ['http://[::1]:8233', 'http://[::1]:8233'],
  ])('%s is what a browser calls %s', async (configured, origin) => {
    const { origins } = loadCodecServerConfig({ ...open, CODEC_ORIGINS: configured });
    const listening = createCodecServer(optionsOf({ origins }));
    const ask = (from: string) =>
      listening.inject({
        method: 'POST',
        url: '/decode',
        headers: { origin: from, 'x-namespace': 'default' },
        payload: { payloads: [] },
      });
    const taken = await ask(origin);
    expect([taken.statusCode, taken.headers['access-control-allow-origin']]).toEqual([200, origin]);
    for (const other of [`${origin}.evil.example`, `${origin}1`, origin.replace(/^https?/, 'ftp'), 'null', '-', '*'])
      expect((await ask(other)).statusCode).toBe(403);
  });

  test.each([
    '*',
    'null',
    'ui.example.com',
    'https://*.example.com',
    'https://ui.example.com/namespaces',
    'https://ui.example.com?',
    'https://ui.example.com#',
    'https://user@ui.example.com',
    'file:///ui',
    'https://',
  ])('%s is refused at start by name', (odd) => {
    const start = () => loadCodecServerConfig({ ...open, CODEC_ORIGINS: `https://ui.example.com,${odd}` });
    expect(start).toThrow(/CODEC_ORIGINS must be origins/);
  });
});

describe('the keys of the identity provider', () => {
  const config = { CODEC_ORIGINS: 'https://ui.example.com', CODEC_AUDIENCE: 'codec' };

  test.each([
    'https://login.example.com/keys',
    'http://127.0.0.1:9000/keys',
    'http://localhost/keys',
    'http://[::1]/k',
  ])('come from %s', (url) =>
    expect(loadCodecServerConfig({ ...config, CODEC_JWKS_URL: url })).toHaveProperty('checkAccess'),
  );

  test.each([
    'http://login.example.com/keys',
    'http://10.0.0.1/keys',
    'http://127.0.0.1.example.com/keys',
    'ftp://127.0.0.1/keys',
    'data:application/json,{"keys":[]}',
    'https://user:secret@login.example.com/keys',
  ])('do not come from %s', (url) =>
    expect(() => loadCodecServerConfig({ ...config, CODEC_JWKS_URL: url })).toThrow(/CODEC_JWKS_URL must/),
  );
});
