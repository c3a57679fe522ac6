// Payloads as released versions wrote them, with a key invented for it. They stay as they are: whatever the format becomes,
// open runs and kept results of before have to be read.
import type { Payload } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { createEncryptionCodec, isUndecodable } from '../../src/temporal/encryption/codec.js';
import { localKeys, parsePayloadKeys } from '../../src/temporal/encryption/keys.js';

const keys = parsePayloadKeys('recorded:YSBmaWN0aXRpb3VzIGtleSBvZiAzMiBieXRlcyAuLi4=') ?? [];
const codec = createEncryptionCodec({ keys: localKeys(keys), namespace: 'default' });
const owner = { type: 'workflow', namespace: 'default', workflowId: 'account-details-recorded' } as const;

const ofRun = { 'encryption-workflow-id': 'account-details-recorded' };
const recorded = [
  {
    what: 'a payload of one run',
    nonce: 'e0IJDwlh1vByABRu',
    scope: ofRun,
    data: 's+CR4FIflINq7233wQYi8WKwhg7SCv0JO6oIpzH+3ZnLS6lNrfI8Bo2j80wyb/VjZ+r3CyTin3huA/7ejETJkfTg8b1X5/tm/15PdALM',
    value: { title: 'Épargne', balance: 12.5 },
  },
  {
    what: 'a compressed payload',
    nonce: 'zA1PG/Fu9OUCYiUZ',
    scope: ofRun,
    data: 'hr6y+1bQkp70cbLc/33L4rLEnuXv60lKT45ZuODUMsAPJwEBcvxnp7reCfGXu5/TSAvvokyS+EAvRTILIhG422/U445/zcA8tXhIMS8Z+BfneblOp64IC0MzuydPuRVB',
    value: { title: 'word '.repeat(300) },
  },
  {
    what: 'a payload of the namespace',
    nonce: '+KwhMSRCIosmLKfs',
    scope: {},
    data: '6Ym2S3XpSr5R6xW0oXoEU2p1GsgMT8KSr1GMOpvlSfnVAyr9QIDf+os1lv6kYNQyXXqUAcM0kXuwP6VpzU271jo4PsHn5XyNA22Uc+znh8eY7A==',
    value: { title: 'written by the command line' },
  },
];

function payloadOf({ nonce, scope, data }: (typeof recorded)[number]): Payload {
  const words = {
    encoding: 'binary/encrypted',
    'encryption-version': '1',
    'encryption-key-id': 'recorded',
    'encryption-namespace': 'default',
    ...scope,
  };
  const metadata = Object.fromEntries(Object.entries(words).map(([name, word]) => [name, Buffer.from(word)]));
  return {
    metadata: { ...metadata, 'encryption-nonce': Buffer.from(nonce, 'base64') },
    data: Buffer.from(data, 'base64'),
  };
}

describe('the first format of encrypted payloads', () => {
  test.each(recorded)('$what can still be read', async (one) => {
    const [payload] = await codec.decode([payloadOf(one)], owner);
    expect(Buffer.from(payload?.metadata?.['encoding'] ?? []).toString()).toBe('json/plain');
    expect(JSON.parse(Buffer.from(payload?.data ?? []).toString())).toEqual(one.value);
  });

  test.each(recorded)('$what of which a bit was changed is refused', async (one) => {
    const payload = payloadOf(one);
    const data = Buffer.from(payload.data ?? []);
    data[3] = (data[3] ?? 0) ^ 1;
    const [read] = await codec.decode([{ ...payload, data }], owner);
    expect(read && isUndecodable(read)).toBe(true);
  });
});
