import { randomBytes } from 'node:crypto';
import type { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test, vi } from 'vitest';
import { refuseTooLarge, type Carriage } from '../../../src/activities/result-size.js';
import { dataConverterFor, encodedSize, loadPayloadConfig } from '../../../src/temporal/payloads.js';

const encrypted = dataConverterFor(
  loadPayloadConfig({ PAYLOAD_KEYS: `k:${randomBytes(32).toString('base64')}` }),
  'n',
  'worker',
);
const plain = dataConverterFor(loadPayloadConfig({ PAYLOAD_ENCRYPTION: 'off' }), 'n', 'worker');
const carriage = (converter: typeof plain, stored = false) => ({
  sizeOf: vi.fn<Carriage['sizeOf']>((reply) => encodedSize(converter, reply)),
  stored,
});

const compressible = {
  accounts: Array.from({ length: 30_000 }, (_, index) => ({ title: 'Everyday Chequing', index })),
};
const incompressible = { accounts: [randomBytes(2_000_000).toString('base64')] };
const small = { accounts: [{ title: 'Everyday Chequing' }] };

async function refusal(...given: Parameters<typeof refuseTooLarge>): Promise<ApplicationFailure | undefined> {
  return refuseTooLarge(...given).then(
    () => undefined,
    (error: ApplicationFailure) => error,
  );
}

describe('a result whose JSON is too large for Temporal', () => {
  test('is taken where it fits once it is compressed and encrypted', async () => {
    await expect(refuseTooLarge('summary', compressible, carriage(encrypted))).resolves.toBe(compressible);
    expect(await refusal('summary', compressible, carriage(plain))).toMatchObject({ type: 'ResponseTooLarge' });
  });

  test('fails for good, with what would help, where it does not', async () => {
    const failure = await refusal('detail', incompressible, carriage(encrypted));
    expect(failure).toMatchObject({ type: 'ResponseTooLarge', nonRetryable: true });
    expect(failure?.message).toMatch(/^The detail is [12]\.\d MB, more than a run can carry without PAYLOAD_STORAGE/);
    expect(failure?.details).toEqual([{ answered: true, transient: false }]);
  });

  test('is taken as it is where there is a store, without being compressed twice', async () => {
    const stored = carriage(encrypted, true);
    await expect(refuseTooLarge('detail', incompressible, stored)).resolves.toBe(incompressible);
    expect(stored.sizeOf).not.toHaveBeenCalled();
  });
});

test('a small result is not measured beyond its JSON', async () => {
  const measuring = carriage(encrypted);
  await expect(refuseTooLarge('detail', small, measuring)).resolves.toBe(small);
  expect(measuring.sizeOf).not.toHaveBeenCalled();
});

test('a result that the payload codec would not inflate again is refused even with a store', async () => {
  const huge = 'x'.repeat(41 * 1024 * 1024);
  const failure = await refusal('summary', huge, carriage(encrypted, true));
  expect(failure?.message).toBe('The summary is 41.0 MB, more than a run can carry (40.00 MB).');
});
