import { S3StorageDriver } from '@temporalio/external-storage-s3';
import { expect, test } from 'vitest';
import { storedNamesOf } from '../../../src/sdk-internals/s3-names.js';

const written: string[] = [];
const client = {
  putObject: async (_bucket: string, key: string) => void written.push(key),
  objectExists: async () => false,
  getObject: async () => new Uint8Array(),
};

test('the SDK names objects as we look for them. If not, `forget` leaves a customer’s stored results in the bucket', async () => {
  const driver = new S3StorageDriver({ client, bucket: 'b' });
  const target = { kind: 'workflow', namespace: 'n!2e', id: 'a-b_c!41', runId: 'r-1' } as const;
  await driver.store({ target }, [{ metadata: {}, data: Buffer.from('x') }]);
  expect(written).toHaveLength(1);
  expect(written[0]).toContain(storedNamesOf('n!2e', 'a-b_c!41', 'r-1'));
  expect(written[0]?.startsWith(storedNamesOf('n!2e', 'a-b_c!41'))).toBe(true);
});
