import type { PayloadCodec } from '@temporalio/common';
import { expect, test } from 'vitest';
import { encodedPayload } from '../../../src/sdk-internals/payload-encoding.js';

const tenTimes: PayloadCodec = {
  encode: async (payloads) => payloads.map(({ data }) => ({ data: Buffer.concat(Array(10).fill(data ?? [])) })),
  decode: async (payloads) => payloads,
};

test('a value is converted and encoded as it will be sent. If not, results that Temporal cannot take are not noticed in time', async () => {
  const { data } = await encodedPayload({ payloadCodecs: [tenTimes] }, { a: 1 });
  expect(Buffer.from(data ?? []).toString()).toBe('{"a":1}'.repeat(10));
});
