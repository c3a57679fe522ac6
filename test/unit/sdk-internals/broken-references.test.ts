import { ExternalStorage, StorageDriverClaim, type Payload, type StorageDriver } from '@temporalio/common';
import {
  encodeReferencePayload,
  extstoreInboundOptions,
  visit,
  walkGetWorkflowExecutionHistoryResponse,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import { expect, test } from 'vitest';
import { followBrokenReferences } from '../../../src/sdk-internals/broken-references.js';

const instead: Payload = { metadata: { encoding: Buffer.from('none') }, data: new Uint8Array() };
const driver: StorageDriver = { name: 'any', type: 'any', store: async () => [], retrieve: async () => [instead] };

class AnyDriver extends ExternalStorage {
  override getDriver = () => driver;
}

/** Reads a history whose first event holds this payload, as a worker does before it replays it. */
async function read(payload: Payload): Promise<Payload | undefined> {
  const input = { payloads: [payload] };
  const page = { history: { events: [{ workflowExecutionStartedEventAttributes: { input } }] } };
  const options = extstoreInboundOptions(new AnyDriver({ drivers: [driver] }));
  await visit(page, walkGetWorkflowExecutionHistoryResponse, options);
  return input.payloads[0];
}

test('a broken reference is asked for like any other. If not, one bad signal stops a run for good', async () => {
  const claim = new StorageDriverClaim({});
  const broken = { ...encodeReferencePayload({ driverName: 'any', claim, sizeBytes: 1 }), data: Buffer.from('{"no') };
  await expect(read(broken)).rejects.toThrow(SyntaxError);
  followBrokenReferences();
  expect(await read(broken)).toEqual(instead);
});
