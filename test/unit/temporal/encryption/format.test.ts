// Payloads as released versions wrote them, with a key invented for it. They stay as they are: whatever the format becomes,
// open runs and kept results of before have to be read.
import type { Payload } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { createEncryptionCodec, isUndecodable } from '../../../../src/temporal/encryption/codec.js';
import { localKeys, parsePayloadKeys } from '../../../../src/temporal/encryption/keys.js';

const keys = parsePayloadKeys('recorded:YSBmaWN0aXRpb3VzIGtleSBvZiAzMiBieXRlcyAuLi4=') ?? [];
const codec = createEncryptionCodec({ keys: localKeys(keys), namespace: 'default' });
const owner = { type: 'workflow', namespace: 'default', workflowId: 'account-details-recorded' } as const;

const values = [
  { what: 'a payload of one run', ofRun: true, value: { title: 'Épargne', balance: 12.5 } },
  { what: 'a compressed payload', ofRun: true, value: { title: 'word '.repeat(300) } },
  { what: 'a payload of the namespace', ofRun: false, value: { title: 'written by the command line' } },
];

/** What each version called its metadata, and the nonces and data of the payloads above. */
const versions = [
  {
    version: '1',
    names: {
      version: 'encryption-version',
      keyId: 'encryption-key-id',
      nonce: 'encryption-nonce',
      namespace: 'encryption-namespace',
      workflowId: 'encryption-workflow-id',
    },
    written: [
      [
        'e0IJDwlh1vByABRu',
        's+CR4FIflINq7233wQYi8WKwhg7SCv0JO6oIpzH+3ZnLS6lNrfI8Bo2j80wyb/VjZ+r3CyTin3huA/7ejETJkfTg8b1X5/tm/15PdALM',
      ],
      [
        'zA1PG/Fu9OUCYiUZ',
        'hr6y+1bQkp70cbLc/33L4rLEnuXv60lKT45ZuODUMsAPJwEBcvxnp7reCfGXu5/TSAvvokyS+EAvRTILIhG422/U445/zcA8tXhIMS8Z+BfneblOp64IC0MzuydPuRVB',
      ],
      [
        '+KwhMSRCIosmLKfs',
        '6Ym2S3XpSr5R6xW0oXoEU2p1GsgMT8KSr1GMOpvlSfnVAyr9QIDf+os1lv6kYNQyXXqUAcM0kXuwP6VpzU271jo4PsHn5XyNA22Uc+znh8eY7A==',
      ],
    ],
  },
  {
    version: '2',
    names: { version: 'v', keyId: 'key', nonce: 'nonce', namespace: 'ns', workflowId: 'id' },
    written: [
      [
        'VDja/iBQ1qIWxZSD',
        '/wMTdJFiiibXwFBrwMRXXTSetWGEloTDSV2oWKwqcGL1tcCY+jLVzSANLSVjMi2CoR9yCVYRxQwkvcxu/cHDdTmVzmE9R0shTNRPte7p',
      ],
      [
        'LemJdTmOm41w7UDI',
        'roBlJ3U9vHnQTFiGpSv/SRoBjWuttCTfS3cZhnZBs/C58P+l8doBb8tQdAWndlTRYADV/MA70sdg/C18h+XzkZo0sHsLbEE6Ql+pjbDeRFQj89lSp2JQXI47br15uPkR',
      ],
      [
        'NJpUdn34txyoZkea',
        'aDywzQ/2ihrptyEkjGL/NH11nXZSiMFy84lom6ktTTxQCVO10ROrpyvbu/VjTEMgcFaA9mSmcslfIOkFitArr+W3tjRd2P+2ZdF0m+qLj8kkZg==',
      ],
    ],
  },
] as const;

const recorded = versions.flatMap(({ version, names, written }) =>
  written.map(([nonce, data], index) => {
    const { what = '', ofRun = false, value } = values[index] ?? {};
    const words = {
      encoding: 'binary/encrypted',
      [names.version]: version,
      [names.keyId]: 'recorded',
      [names.namespace]: 'default',
      ...(ofRun && { [names.workflowId]: owner.workflowId }),
    };
    const metadata = Object.fromEntries(Object.entries(words).map(([name, word]) => [name, Buffer.from(word)]));
    const payload = (): Payload => ({
      metadata: { ...metadata, [names.nonce]: Buffer.from(nonce, 'base64') },
      data: Buffer.from(data, 'base64'),
    });
    return { what: `${what} of version ${version}`, value, payload };
  }),
);

describe('the formats of before of encrypted payloads', () => {
  test.each(recorded)('$what can still be read', async (one) => {
    const [payload] = await codec.decode([one.payload()], owner);
    expect(Buffer.from(payload?.metadata?.['encoding'] ?? []).toString()).toBe('json/plain');
    expect(JSON.parse(Buffer.from(payload?.data ?? []).toString())).toEqual(one.value);
  });

  test.each(recorded)('$what of which a bit was changed is refused', async (one) => {
    const payload = one.payload();
    const data = Buffer.from(payload.data ?? []);
    data[3] = (data[3] ?? 0) ^ 1;
    const [read] = await codec.decode([{ ...payload, data }], owner);
    expect(read && isUndecodable(read)).toBe(true);
  });
});
