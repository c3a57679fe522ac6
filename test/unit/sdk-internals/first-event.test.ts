import { ExternalStorage, StorageDriverClaim, type Payload, type StorageDriver } from '@temporalio/common';
import { encodeReferencePayload, loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { expect, test } from 'vitest';
import { startArguments } from '../../../src/sdk-internals/first-event.js';

const stored: Payload = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"backwards"') };
const driver: StorageDriver = {
  name: 'one',
  type: 'one',
  store: async () => [],
  retrieve: async () => [stored],
};
const owners: unknown[] = [];
const converter = loadDataConverter({
  externalStorage: new ExternalStorage({ drivers: [driver] }),
  payloadCodecs: [
    {
      encode: async (payloads) => payloads,
      decode: async (payloads, context) => {
        owners.push(context);
        return payloads.map(({ metadata, data }) => ({ metadata: metadata ?? {}, data: Buffer.from(data ?? []) }));
      },
    },
  ],
});

test('the input of an open run is read, stored or not. If not, to start a run that is open is always a conflict', async () => {
  const reference = encodeReferencePayload({ driverName: 'one', claim: new StorageDriverClaim({}), sizeBytes: 11 });
  const input = { payloads: [reference, { ...stored, data: Buffer.from('1') }] };
  const page = { history: { events: [{ workflowExecutionStartedEventAttributes: { input } }] } };
  const owner = { type: 'workflow', namespace: 'n', workflowId: 'w' } as const;
  expect(await startArguments(page, converter, owner)).toEqual(['backwards', 1]);
  expect(owners).toEqual([owner]);
  expect(await startArguments({}, converter, owner)).toEqual([]);
});
