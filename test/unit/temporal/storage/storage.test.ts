import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageDriverClaim, type Payload } from '@temporalio/common';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../../../src/config/environment.js';
import { isUndecodable } from '../../../../src/temporal/encryption/codec.js';
import { pathPart } from '../../../../src/temporal/storage/object-names.js';
import { openPayloadStore, type PayloadStore } from '../../../../src/temporal/storage/storage.js';

const payload = (text: string): Payload => ({
  metadata: { encoding: Buffer.from('binary/encrypted') },
  data: Buffer.from(text),
});
const target = (id: string, runId = 'run-1', namespace = 'default') =>
  ({ kind: 'workflow', namespace, id, runId, type: 'retrieveAccountDetails' }) as const;

let folder: string;
let store: PayloadStore;

function opened(environment: Record<string, string>): PayloadStore {
  const one = openPayloadStore(environment);
  if (!one) throw new Error('There is no store.');
  return one;
}

function refused(environment: Record<string, string>): Error | undefined {
  try {
    openPayloadStore(environment);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

async function stored(text: string, ...owner: Parameters<typeof target>): Promise<StorageDriverClaim> {
  const [claim] = await store.driver.store({ target: target(...owner) }, [payload(text)]);
  if (!claim) throw new Error('Nothing was stored.');
  return claim;
}

async function read(claim: StorageDriverClaim): Promise<Payload> {
  const [one] = await store.driver.retrieve({}, [claim]);
  if (!one) throw new Error('Nothing was read.');
  return one;
}

const textOf = ({ data }: Payload): string => Buffer.from(data ?? []).toString();
const filesIn = async (path: string): Promise<string[]> =>
  (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-'));
  store = opened({ PAYLOAD_STORAGE: `file:${folder}` });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('PAYLOAD_STORAGE', () => {
  test('is unset or empty: there is no store; is set: the threshold is 256 KiB', () => {
    expect(openPayloadStore({})).toBeUndefined();
    expect(openPayloadStore({ PAYLOAD_STORAGE: '' })).toBeUndefined();
    expect(store.threshold).toBe(262_144);
    expect(opened({ PAYLOAD_STORAGE: `file://${folder}`, PAYLOAD_STORAGE_THRESHOLD: '1024' }).threshold).toBe(1_024);
  });

  test.each([
    ['an address of another kind', { PAYLOAD_STORAGE: 'https://example.com/x' }],
    ['a relative folder', { PAYLOAD_STORAGE: 'file:payloads' }],
    ['a folder on another host', { PAYLOAD_STORAGE: 'file://host/payloads' }],
    ['a folder that is not there', { PAYLOAD_STORAGE: 'file:/no/such/folder' }],
    ['a file', { PAYLOAD_STORAGE: `file:${process.execPath}` }],
    ['a name that no bucket can have', { PAYLOAD_STORAGE: 's3://No_Bucket' }],
    ['a query', { PAYLOAD_STORAGE: 's3://bucket/a?b' }],
    ['a threshold that Temporal would refuse', { PAYLOAD_STORAGE_THRESHOLD: '2000000' }],
    ['an endpoint that is not an address', { PAYLOAD_STORAGE: 's3://bucket', PAYLOAD_STORAGE_S3_ENDPOINT: 'minio' }],
  ])('refuses %s and names the variable, not the value', (_what, environment) => {
    const [variable, value] = Object.entries(environment).at(-1) ?? ['', ''];
    const problem = refused(environment);
    expect(problem).toBeInstanceOf(ConfigurationError);
    expect(problem?.message).toContain(variable);
    expect(problem?.message).not.toContain(value);
  });

  test.each(['s3://bucket', 's3://bucket/', 's3://my.bucket-1/a/b'])('takes %s', (address) => {
    expect(opened({ PAYLOAD_STORAGE: address }).driver.type).toBe('aws.s3driver');
  });
});

describe('a folder', () => {
  test('gives back what was stored, byte for byte', async () => {
    const { metadata, data } = await read(await stored('a'.repeat(100_000), 'w'));
    expect(Buffer.from(data ?? []).equals(Buffer.from('a'.repeat(100_000)))).toBe(true);
    expect(metadata).toEqual({ encoding: Buffer.from('binary/encrypted') });
  });

  test('keeps payloads under their namespace and workflow id, for its own user only and without left-overs', async () => {
    await stored('one', 'account-details-1');
    const files = await filesIn(folder);
    expect(files).toHaveLength(1);
    expect(files[0]?.slice(folder.length)).toMatch(
      /^\/v0\/ns\/default\/wi\/account-details-1\/ri\/run-1\/[0-9a-f]{64}$/,
    );
    expect((await stat(files[0] ?? '')).mode & 0o777).toBe(0o600);
  });

  test('stores one payload for two who store the same at once', async () => {
    const claims = await Promise.all([stored('same', 'w'), stored('same', 'w')]);
    expect(await Promise.all(claims.map(async (claim) => textOf(await read(claim))))).toEqual(['same', 'same']);
    expect(await filesIn(folder)).toHaveLength(1);
  });

  test('deletes what belongs to a workflow id, and nothing of any other', async () => {
    const others = await Promise.all([
      stored('1', 'order-10'),
      stored('2', 'Order-1'),
      stored('3', 'order-1/..'),
      stored('4', 'order-1', 'run-1', 'other'),
    ]);
    await stored('5', 'order-1');
    await stored('6', 'order-1', 'run-2');
    await stored('7', 'order-1', 'run-2');
    expect(await store.deleteStored('default', 'order-1', 'run-1')).toBe(1);
    expect(await store.deleteStored('default', 'order-1')).toBe(2);
    expect(await store.deleteStored('default', 'order-1')).toBe(0);
    expect(await Promise.all(others.map(async (claim) => textOf(await read(claim))))).toEqual(['1', '2', '3', '4']);
  });

  test('rejects, so that it is tried again, if a file is not there', async () => {
    const claim = await stored('gone', 'w');
    await store.deleteStored('default', 'w');
    await expect(read(claim)).rejects.toMatchObject({
      name: 'PayloadStoreError',
      message: expect.stringContaining('(ENOENT)'),
    });
  });

  test('rejects if nothing can be stored', async () => {
    await writeFile(join(folder, 'v0'), '');
    await expect(stored('x', 'w')).rejects.toMatchObject({ name: 'PayloadStoreError' });
  });

  test('takes a file that was changed for one that can never be read', async () => {
    const claim = await stored('whole', 'w');
    const [path = ''] = await filesIn(folder);
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect(isUndecodable(await read(claim))).toBe(true);
  });

  test.each([
    {},
    { key: '' },
    { key: '/etc/passwd' },
    { key: 'v0/ns/default/../../../etc/passwd' },
    { key: 'v0/ns/default/wi/%2e%2e/x' },
    { key: 'v0/ns/default/wi/w\0' },
  ])('reads nothing for a claim that it did not make: %j', async (claim) => {
    expect(isUndecodable(await read(new StorageDriverClaim(claim as Record<string, string>)))).toBe(true);
  });
});

describe('a part of a path', () => {
  test('differs for every two names, even if case does not count, and is safe', () => {
    const names = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('a', 'A', '.', '/', '!', '6', '1', '%', '\\', '\0', 'é'), maxLength: 6 }),
      fc.string({ minLength: 190, maxLength: 1_000 }),
    );
    fc.assert(
      fc.property(names, names, (one, other) => {
        expect(pathPart(one)).toMatch(/^[a-z0-9_!-]{1,200}$/);
        if (Buffer.from(one).equals(Buffer.from(other))) return;
        expect(pathPart(one).toLowerCase()).not.toBe(pathPart(other).toLowerCase());
      }),
      { numRuns: 500 },
    );
  });
});
