import { StorageDriverClaim } from '@temporalio/common';
import { encodeReferencePayload } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { expect, test } from 'vitest';
import { decodeReferencePayload, isReferencePayload } from '../../../src/sdk-internals/references.js';

test('what the SDK writes as a reference is known as one. If not, large results are unreadable in the Web UI', () => {
  const claim = new StorageDriverClaim({ key: 'a/b' });
  const reference = encodeReferencePayload({ driverName: 'file', claim, sizeBytes: 300_000 });
  expect(isReferencePayload(reference)).toBe(true);
  expect(decodeReferencePayload(reference)).toMatchObject({ driverName: 'file', claimData: { key: 'a/b' } });
  expect(isReferencePayload({ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{}') })).toBe(
    false,
  );
});
