import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accessByToken } from '../../../src/codec-server/access.js';
import { loadCodecServerConfig } from '../../../src/codec-server/main.js';
import { createCodecServer, type AuditLine } from '../../../src/codec-server/server.js';
import { createEncryptionCodec } from '../../../src/temporal/encryption/codec.js';
import { workflowIdOf } from '../../../src/temporal/encryption/envelope.js';
import { localKeys, parsePayloadKeys } from '../../../src/temporal/encryption/keys.js';

const origin = 'https://ui.example.com';
const audience = 'codec.example.com';
const keys = localKeys(parsePayloadKeys(`k:${randomBytes(32).toString('base64')}`) ?? []);
const codecFor = (namespace: string) => createEncryptionCodec({ keys, namespace });

let jwks: Server;
let signingKey: CryptoKey;
let server: FastifyInstance;
let base: string;
const lines: AuditLine[] = [];

beforeAll(async () => {
  const pair = await generateKeyPair('RS256', { extractable: true });
  signingKey = pair.privateKey;
  const published = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), alg: 'RS256', kid: 'one' }] });
  jwks = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(published));
  await once(jwks.listen(0, '127.0.0.1'), 'listening');
  const jwksUrl = new URL(`http://127.0.0.1:${(jwks.address() as AddressInfo).port}/jwks.json`);
  const checkAccess = accessByToken({ verifyWith: { jwksUrl }, audience });
  server = createCodecServer({ codecFor, origins: [origin], checkAccess, audit: (line) => lines.push(line) });
  base = await server.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await server.close();
  jwks.close();
});

beforeEach(() => {
  lines.length = 0;
});

interface TokenOptions {
  permissions?: unknown;
  audience?: string;
  expires?: string;
}

const token = ({
  permissions = ['default:read'],
  audience: aud = audience,
  expires = '5 minutes',
}: TokenOptions = {}) =>
  new SignJWT({ permissions })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setSubject('operator')
    .setAudience(aud)
    .setExpirationTime(expires)
    .sign(signingKey);

async function call(
  path: string,
  { body, bearer = '', headers }: { body?: unknown; bearer?: string; headers?: Record<string, string> } = {},
) {
  const response = await fetch(`${base}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-namespace': 'default',
      ...(bearer && { authorization: `Bearer ${bearer}` }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body ?? { payloads: [] }),
  });
  const text = await response.text();
  expect(text).not.toMatch(/\bat .*\.(ts|js):\d+/);
  return { status: response.status, headers: response.headers, json: JSON.parse(text) as Record<string, unknown> };
}

const text = (value: string): string => Buffer.from(value).toString('base64');
const plain = { metadata: { encoding: text('json/plain') }, data: text('"Montreal"') };

async function sealed(namespace = 'default', workflowId = 'run-1') {
  const payload = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"Montreal"') };
  const [one] = await codecFor(namespace).encode([payload], { type: 'workflow', namespace, workflowId });
  const metadata = Object.entries(one?.metadata ?? {}).map(([key, value]) => [
    key,
    Buffer.from(value).toString('base64'),
  ]);
  return { metadata: Object.fromEntries(metadata), data: Buffer.from(one?.data ?? []).toString('base64') };
}

describe('who may read', () => {
  test('an operator whose token allows the namespace reads a run’s payloads, and the audit line has no content', async () => {
    const { status, json } = await call('/decode?preserveStorageRefs=true', {
      body: { payloads: [await sealed()] },
      bearer: await token(),
      headers: { origin },
    });
    expect({ status, json }).toEqual({ status: 200, json: { payloads: [plain] } });
    expect(lines).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
        operation: 'decode',
        namespace: 'default',
        subject: 'operator',
        caller: '127.0.0.1',
        origin,
        payloads: 1,
        unreadable: 0,
        status: 200,
      },
    ]);
  });

  test.each<[string, () => Promise<string> | string, number]>([
    ['without a token', () => '', 401],
    ['with something that is not a token', () => 'x.y.z', 401],
    ['with a token for another audience', () => token({ audience: 'elsewhere' }), 401],
    ['with an expired token', () => token({ expires: '-1 minute' }), 401],
    [
      'with a token that nobody signed',
      () =>
        new UnsecuredJWT({ permissions: ['default:admin'] }).setAudience(audience).setExpirationTime('1 hour').encode(),
      401,
    ],
    [
      'with a token signed by another',
      async () =>
        new SignJWT({ permissions: ['default:read'] })
          .setProtectedHeader({ alg: 'RS256', kid: 'one' })
          .setAudience(audience)
          .setExpirationTime('1 hour')
          .sign((await generateKeyPair('RS256')).privateKey),
      401,
    ],
    ['with a token of another namespace', () => token({ permissions: ['other:admin'] }), 403],
    ['with a token without permissions', () => token({ permissions: 'default:read' }), 403],
  ])('nobody %s', async (_who, bearer, status) => {
    const answer = await call('/decode', { body: { payloads: [await sealed()] }, bearer: await bearer() });
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({ message: expect.any(String) as unknown });
    expect(lines).toMatchObject([{ status, caller: '127.0.0.1', reason: expect.stringMatching(/token/) as unknown }]);
  });

  test('no page of an unlisted origin, whatever its token', async () => {
    const answer = await call('/decode', { bearer: await token(), headers: { origin: 'https://evil.example.com' } });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('a listed page may ask beforehand, another may not', async () => {
    const preflight = async (from: string) => {
      const headers = {
        origin: from,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-namespace',
      };
      const response = await fetch(`${base}/decode`, { method: 'OPTIONS', headers });
      return response.headers.get('access-control-allow-origin');
    };
    expect(await preflight(origin)).toBe(origin);
    expect(await preflight('https://evil.example.com')).toBeNull();
  });

  test('a reader may not write', async () => {
    expect((await call('/encode', { body: { payloads: [plain] }, bearer: await token() })).status).toBe(403);
  });
});

describe('what is encoded and decoded', () => {
  test('the CLI’s payloads are encrypted for the namespace and read again by a worker of it', async () => {
    const bearer = await token({ permissions: ['default:write'] });
    const { json } = await call('/encode', { body: { payloads: [plain] }, bearer });
    const [one] = json['payloads'] as [{ metadata: Record<string, string>; data: string }];
    const bytes = Object.fromEntries(
      Object.entries(one.metadata).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
    );
    expect(workflowIdOf({ metadata: bytes })).toBeUndefined();
    const [read] = await codecFor('default').decode([{ metadata: bytes, data: Buffer.from(one.data, 'base64') }], {
      type: 'workflow',
      namespace: 'default',
      workflowId: 'any run',
    });
    expect(Buffer.from(read?.data ?? []).toString()).toBe('"Montreal"');
  });

  test('a payload of another namespace stays as it is, and is counted', async () => {
    const foreign = await sealed('other');
    const { json } = await call('/decode', { body: { payloads: [foreign, plain] }, bearer: await token() });
    expect(json).toEqual({ payloads: [foreign, plain] });
    expect(lines).toMatchObject([{ payloads: 2, unreadable: 1 }]);
  });

  test('a message without payloads is taken', async () => {
    expect(await call('/decode', { body: {}, bearer: await token() })).toMatchObject({
      status: 200,
      json: { payloads: [] },
    });
  });

  test.each<[string, unknown, number]>([
    ['a body of 10 MB', { payloads: [{ metadata: {}, data: 'A'.repeat(10 * 1024 * 1024) }] }, 413],
    ['a thousand payloads', { payloads: Array.from({ length: 1_000 }, () => plain) }, 413],
    ['no JSON', '{"payloads": [', 400],
    ['JSON of another shape', { payloads: 'all of them' }, 400],
    ['data that is not base64', { payloads: [{ metadata: {}, data: '§' }] }, 400],
  ])('%s is refused', async (_what, body, status) => {
    expect((await call('/decode', { body, bearer: await token() })).status).toBe(status);
  });

  test('an address that is not there says which are', async () => {
    expect(await call('/secrets')).toMatchObject({
      status: 404,
      json: { message: 'There are /encode, /decode and /download.' },
    });
  });

  test('a request without a namespace is refused', async () => {
    expect((await call('/decode', { bearer: await token(), headers: { 'x-namespace': '' } })).status).toBe(400);
  });
});

test('a local secret verifies tokens too, and a token cannot choose another way', async () => {
  const secret = randomBytes(32);
  const check = accessByToken({ verifyWith: { secret }, audience, namespaces: ['default'] });
  const signed = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('cli')
    .setAudience(audience)
    .setExpirationTime('1 minute')
    .sign(secret);
  await expect(check(`Bearer ${signed}`, 'default', 'decode')).resolves.toBe('cli');
  await expect(check(`Bearer ${signed}`, 'other', 'decode')).rejects.toMatchObject({ status: 403 });
  await expect(check(`Bearer ${await token()}`, 'default', 'decode')).rejects.toMatchObject({ status: 401 });
});

test('without tokens it listens beyond loopback only in a container that says so', () => {
  const everywhere = { CODEC_HOST: '0.0.0.0', CODEC_ORIGINS: origin };
  expect(() => loadCodecServerConfig({ ...everywhere, CODEC_DEV_OPEN: '1' })).toThrow('CODEC_DEV_OPEN');
  expect(() => loadCodecServerConfig(everywhere)).toThrow('CODEC_JWKS_URL');
  expect(loadCodecServerConfig({ ...everywhere, CODEC_DEV_OPEN: 'container' })).toMatchObject({ host: '0.0.0.0' });
});
