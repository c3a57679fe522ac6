import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageDriverClaim, type Payload } from '@temporalio/common';
import { encodeReferencePayload } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccessDenied, type Operation } from '../../../src/codec-server/access.js';
import { createCodecServer, type AuditLine } from '../../../src/codec-server/server.js';
import { createEncryptionCodec } from '../../../src/temporal/encryption/codec.js';
import { localKeys, parsePayloadKeys } from '../../../src/temporal/encryption/keys.js';
import { openPayloadStore, type PayloadStore } from '../../../src/temporal/storage/storage.js';

const keys = localKeys(parsePayloadKeys(`k:${randomBytes(32).toString('base64')}`) ?? []);
const codecFor = (namespace: string) => createEncryptionCodec({ keys, namespace });
const value = '"Montreal"';
const plain: Payload = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(value) };

let folder: string;
let store: PayloadStore;
let server: FastifyInstance;
const lines: AuditLine[] = [];
const operations: Operation[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-'));
  const opened = openPayloadStore({ PAYLOAD_STORAGE: `file:${folder}` });
  if (!opened) throw new Error('There is no store.');
  store = opened;
  server = createCodecServer({
    codecFor,
    store,
    origins: [],
    checkAccess: async (_authorization, _namespace, operation) => {
      operations.push(operation);
      if (operation === 'encode') throw new AccessDenied(403, 'A reader may not encode.');
      return 'reader';
    },
    audit: (line) => lines.push(line),
  });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function encrypted(namespace: string): Promise<Payload> {
  const [payload] = await codecFor(namespace).encode([plain], { type: 'workflow', namespace, workflowId: 'w' });
  if (!payload) throw new Error('Nothing was encrypted.');
  return payload;
}

/** A reference to a payload that is stored as of `namespace`, as the SDK writes it. */
async function reference(payload: Payload, namespace = 'default'): Promise<Payload> {
  const target = { kind: 'workflow', namespace, id: 'w', runId: 'r' } as const;
  const [claim] = await store.driver.store({ target }, [payload]);
  if (!claim) throw new Error('Nothing was stored.');
  return encodeReferencePayload({ driverName: store.driver.name, claim, sizeBytes: 4_096 });
}

const toJson = ({ metadata, data, externalPayloads }: Payload) => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([key, bytes]) => [key, Buffer.from(bytes).toString('base64')]),
  ),
  data: Buffer.from(data ?? []).toString('base64'),
  ...(externalPayloads && { externalPayloads: [{ sizeBytes: '4096' }] }),
});

async function call(path: string, ...payloads: Payload[]) {
  const response = await server.inject({
    method: 'POST',
    url: path,
    headers: { 'x-namespace': 'default' },
    payload: { payloads: payloads.map(toJson) },
  });
  const json = response.json<{ payloads?: { data: string }[] }>();
  const read = json.payloads?.map(({ data }) => Buffer.from(data, 'base64').toString());
  return { status: response.statusCode, json, read, line: lines.at(-1) };
}

describe('the codec server', () => {
  test('reads a stored payload beside others, in their order', async () => {
    const { read, line } = await call(
      '/decode',
      await encrypted('default'),
      await reference(await encrypted('default')),
      plain,
    );
    expect(read).toEqual([value, value, value]);
    expect(line).toMatchObject({ operation: 'decode', payloads: 3, unreadable: 0, status: 200 });
  });

  test('leaves references and their sizes as they are if it is told to, and decodes the rest', async () => {
    const stored = await reference(await encrypted('default'));
    const { read, json, line } = await call('/decode?preserveStorageRefs=true', stored, await encrypted('default'));
    expect(json.payloads?.[0]).toEqual(toJson(stored));
    expect(read?.[1]).toBe(value);
    expect(line).toMatchObject({ unreadable: 0 });
    expect((await call('/decode?preserveStorageRefs=false', stored)).read).toEqual([value]);
  });

  test('gives a stored payload to who downloads it, and takes nothing but references there', async () => {
    const stored = await reference(await encrypted('default'));
    expect(await call('/download?preserveStorageRefs=true', stored)).toMatchObject({ status: 200, read: [value] });
    expect(operations.at(-1)).toBe('download');
    expect(await call('/download', stored, plain)).toMatchObject({ status: 400 });
  });

  test('leaves what another namespace stored, encrypted or not, as it is', async () => {
    const foreign = [
      await reference(await encrypted('other'), 'other'),
      await reference(plain, 'other'),
      await reference(await encrypted('other'), 'default'),
    ];
    const { json, line } = await call('/decode', ...foreign);
    expect(json.payloads).toEqual(foreign.map(toJson));
    expect(line).toMatchObject({ unreadable: 3 });
  });

  test('leaves what is not stored, or what no store of its made, as it is', async () => {
    const claims = ['../../etc/passwd', `v0/ns/default/wi/w/ri/r/${'0'.repeat(64)}`];
    const bad = [
      ...claims.map((key) =>
        encodeReferencePayload({ driverName: 'file', claim: new StorageDriverClaim({ key }), sizeBytes: 1 }),
      ),
      encodeReferencePayload({ driverName: 'another', claim: new StorageDriverClaim({}), sizeBytes: 1 }),
      { ...(await reference(plain)), data: Buffer.from('{"no') },
    ];
    const { status, json } = await call('/decode', ...bad);
    expect(status).toBe(200);
    expect(json.payloads).toEqual(bad.map(toJson));
  });

  test('reads no more than so much for one request, and says so', async () => {
    const large = { ...plain, data: Buffer.alloc(24 * 1024 * 1024, 'x') };
    const stored = await reference(large);
    const { read, line } = await call('/decode', stored, stored, stored, stored);
    expect(line).toMatchObject({ status: 200, unreadable: 2, reason: expect.stringContaining('64 MB') as unknown });
    const reference4 = Buffer.from(stored.data ?? []).toString();
    expect(read?.map((text) => (text === reference4 ? 'reference' : text.length))).toEqual([
      large.data.length,
      large.data.length,
      'reference',
      'reference',
    ]);
  });
});
