import { GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { StorageDriverClaim, type Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { isUndecodable } from '../../../../src/temporal/encryption/codec.js';
import { openPayloadStore, type PayloadStore } from '../../../../src/temporal/storage/storage.js';
import { hasS3Server, onS3, s3Credentials, startS3Server, type S3Server } from '../../../support/s3-server.js';

const { Payload: wire } = proto.temporal.api.common.v1;
const payload = (text: string): Payload => ({
  metadata: { encoding: Buffer.from('binary/encrypted') },
  data: Buffer.from(text),
});
const target = (id: string, runId: string, namespace = 'default') =>
  ({ kind: 'workflow', namespace, id, runId, type: 'retrieveAccountDetails' }) as const;

describe.skipIf(!hasS3Server)(`large payloads ${onS3}`, () => {
  let server: S3Server;

  beforeAll(async () => {
    for (const [name, value] of Object.entries(s3Credentials)) vi.stubEnv(name, value);
    server = await startS3Server();
    await server.createBucket('payloads');
    await server.createBucket('versions', { versioned: true });
  });

  afterAll(async () => {
    await server?.stop();
    vi.unstubAllEnvs();
  });

  function open(address: string): PayloadStore {
    const store = openPayloadStore({ PAYLOAD_STORAGE: address, PAYLOAD_STORAGE_S3_ENDPOINT: server.url });
    if (!store) throw new Error('There is no store.');
    return store;
  }

  async function put({ driver }: PayloadStore, text: string, ...owner: Parameters<typeof target>) {
    const [claim] = await driver.store({ target: target(...owner) }, [payload(text)]);
    if (!claim) throw new Error('Nothing was stored.');
    return claim;
  }

  async function get({ driver }: PayloadStore, claim: StorageDriverClaim): Promise<Payload> {
    const [one] = await driver.retrieve({}, [claim]);
    if (!one) throw new Error('Nothing was read.');
    return one;
  }

  const textOf = ({ data }: Payload): string => Buffer.from(data ?? []).toString();

  test('come back byte for byte from under their namespace and workflow id', async () => {
    const store = open('s3://payloads/of/flinks');
    const claim = await put(store, 'x'.repeat(2_000_000), 'Account 1', 'run-1');
    const back = await get(store, claim);
    expect(textOf(back)).toBe('x'.repeat(2_000_000));
    expect(textOf({ data: back.metadata?.['encoding'] ?? null })).toBe('binary/encrypted');
    const [key = '', ...more] = await server.keysIn('payloads');
    expect(more).toEqual([]);
    expect(key).toMatch(
      /^of\/flinks\/v0\/ns\/default\/wt\/null\/wi\/!41ccount!201\/ri\/run-1\/d\/sha256\/[0-9a-f]{64}$/,
    );
    const object = await server.client.send(new GetObjectCommand({ Bucket: 'payloads', Key: key }));
    const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
    expect(textOf(wire.decode(bytes))).toBe('x'.repeat(2_000_000));
    expect(await store.deleteStored('default', 'Account 1')).toBe(1);
    expect(await server.keysIn('payloads')).toEqual([]);
  });

  test('are deleted by workflow id or by run, and nothing of any other is', async () => {
    const store = open('s3://payloads');
    const others = [
      await put(store, '1', 'order-10', 'run-1'),
      await put(store, '2', 'Order-1', 'run-1'),
      await put(store, '3', 'order-1', 'run-1', 'other'),
    ];
    await put(store, '4', 'order-1', 'run-1');
    await put(store, '5', 'order-1', 'run-2');
    await put(store, '6', 'order-1', 'run-2');
    expect(await store.deleteStored('default', 'order-1', 'run-1')).toBe(1);
    expect(await store.deleteStored('default', 'order-1')).toBe(2);
    expect(await store.deleteStored('default', 'order-1')).toBe(0);
    expect(await Promise.all(others.map(async (claim) => textOf(await get(store, claim))))).toEqual(['1', '2', '3']);
  });

  test('leave no older version behind in a bucket that keeps them', async () => {
    const store = open('s3://versions');
    const { claimData } = await put(store, 'secret', 'w', 'run-1');
    await server.client.send(new PutObjectCommand({ Bucket: 'versions', Key: claimData['key'], Body: 'again' }));
    const versions = async () => server.client.send(new ListObjectVersionsCommand({ Bucket: 'versions' }));
    expect((await versions()).Versions).toHaveLength(2);
    expect(await store.deleteStored('default', 'w')).toBe(1);
    const { Versions, DeleteMarkers } = await versions();
    expect({ Versions, DeleteMarkers }).toEqual({ Versions: undefined, DeleteMarkers: undefined });
  });

  test('that are not there, or whose bucket is not, are tried again; S3 is quoted by its error code only', async () => {
    const store = open('s3://payloads');
    const claim = await put(store, 'gone', 'w', 'run-1');
    await store.deleteStored('default', 'w');
    await expect(get(store, claim)).rejects.toMatchObject({
      name: 'PayloadStoreError',
      message: expect.stringContaining('(NoSuchKey)'),
    });
    const nowhere = open('s3://nowhere');
    await expect(put(nowhere, 'x', 'w', 'run-1')).rejects.toMatchObject({ name: 'PayloadStoreError' });
    await expect(nowhere.deleteStored('default', 'w')).rejects.toMatchObject({
      message: expect.stringContaining('(NoSuchBucket)'),
    });
  });

  test('that were changed, or that another bucket holds, can never be read', async () => {
    const store = open('s3://payloads');
    const claim = await put(store, 'whole', 'w', 'run-1');
    const there = { Bucket: 'versions', Key: claim.claimData['key'] };
    await server.client.send(new PutObjectCommand({ ...there, Body: 'elsewhere' }));
    expect(textOf(await get(store, new StorageDriverClaim({ ...claim.claimData, bucket: 'versions' })))).toBe('whole');
    await server.client.send(new PutObjectCommand({ ...there, Bucket: 'payloads', Body: 'changed' }));
    expect(isUndecodable(await get(store, claim))).toBe(true);
    const foreign = new StorageDriverClaim({ ...claim.claimData, key: 'somebody/elses' });
    expect(isUndecodable(await get(store, foreign))).toBe(true);
  });
});
