// The format of encrypted payloads, byte for byte: a change of it makes open runs and kept results unreadable, and breaks
// codecs in other languages. The vectors were made by another program, from docs/security.md alone.
import crypto from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import type { Payload } from '@temporalio/common';
import { describe, expect, test, vi } from 'vitest';
import { createEncryptionCodec, isUndecodable } from '../../../../src/temporal/encryption/codec.js';
import { envelopeOf, seal } from '../../../../src/temporal/encryption/envelope.js';
import { localKeys, parsePayloadKeys } from '../../../../src/temporal/encryption/keys.js';

interface Vector {
  what: string;
  namespace: string;
  workflowId: string | null;
  nonce: string;
  payload: { encoding: string; data: string };
  dataKey: string;
  plaintext: string;
  encrypted: { h: string; data: string };
}

/** Draws this nonce in `meanwhile`. Not by a mock of the module: other files of this process have loaded the codec already. */
async function withNonce<T>(nonce: Buffer, meanwhile: () => Promise<T>): Promise<T> {
  const drawn = vi.spyOn(crypto, 'randomBytes').mockImplementation(() => nonce);
  syncBuiltinESMExports();
  try {
    return await meanwhile();
  } finally {
    drawn.mockRestore();
    syncBuiltinESMExports();
  }
}

const document = new URL('../../../../docs/payload-format.json', import.meta.url);
const { payloadKeys, keyId, vectors } = JSON.parse(await readFile(document, 'utf8')) as {
  payloadKeys: string;
  keyId: string;
  vectors: Vector[];
};
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const keys = localKeys(parsePayloadKeys(payloadKeys) ?? []);

const codecOf = ({ namespace }: Vector) => createEncryptionCodec({ keys, namespace });
const ownerOf = ({ namespace, workflowId }: Vector) =>
  workflowId === null ? undefined : ({ type: 'workflow', namespace, workflowId } as const);
const plain = ({ payload }: Vector): Payload => ({
  metadata: { encoding: Buffer.from(payload.encoding) },
  data: hex(payload.data),
});
const encrypted = ({ encrypted: { h, data } }: Vector): Payload => ({
  metadata: { encoding: Buffer.from('binary/encrypted'), h: hex(h) },
  data: hex(data),
});
const inHex = ({ metadata, data }: Payload = {}) => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('hex')]),
  ),
  data: Buffer.from(data ?? []).toString('hex'),
});
/** Two programs compress the same text to different bytes. */
const isCompressed = ({ plaintext }: Vector): boolean => plaintext.startsWith('01');

describe.each(vectors)('$what', (vector) => {
  test('is read', async () => {
    const [read] = await codecOf(vector).decode([encrypted(vector)], ownerOf(vector));
    expect(inHex(read)).toEqual(inHex(plain(vector)));
  });

  test('has the data key that the document says', async () => {
    const { namespace, workflowId } = vector;
    const key = await keys.keyToDecrypt({ namespace, workflowId: workflowId ?? undefined }, keyId);
    expect(key.export().toString('hex')).toBe(vector.dataKey);
  });

  test('is refused if a bit of it was changed', async () => {
    const payload = encrypted(vector);
    const data = Buffer.from(payload.data ?? []);
    data[3] = (data[3] ?? 0) ^ 1;
    const [read] = await codecOf(vector).decode([{ ...payload, data }], ownerOf(vector));
    expect(read && isUndecodable(read)).toBe(true);
  });
});

test.each(vectors.filter((vector) => !isCompressed(vector)))(
  '$what is written with exactly these bytes',
  async (vector) => {
    const [written] = await withNonce(hex(vector.nonce), () =>
      codecOf(vector).encode([plain(vector)], ownerOf(vector)),
    );
    expect(inHex(written)).toEqual(inHex(encrypted(vector)));
  },
);

describe('a header of another format is not read', () => {
  const { metadata } = seal({ keyId: 'k', nonce: new Uint8Array(12), scope: { namespace: 'n', workflowId: 'w' } });
  const header = metadata['h'] ?? new Uint8Array();
  const withoutReserved = header.subarray(0, -2);

  test.each([
    ['an earlier version', Buffer.concat([Uint8Array.of(2), header.subarray(1)])],
    ['a later version', Buffer.concat([Uint8Array.of(4), header.subarray(1)])],
    ['the reserved part in use', Buffer.concat([withoutReserved, Uint8Array.of(0, 1, 65)])],
    ['the reserved part empty instead of absent', Buffer.concat([withoutReserved, Uint8Array.of(0, 0)])],
    ['no reserved part', withoutReserved],
    ['a fifth part', Buffer.concat([header, Uint8Array.of(0xff, 0xff)])],
    ['bytes behind the last part', Buffer.concat([header, Uint8Array.of(0)])],
    ['nothing behind the nonce', header.subarray(0, 13)],
    ['nothing', new Uint8Array()],
  ])('%s', (_what, h) => {
    expect(envelopeOf({ metadata })?.keyId).toBe('k');
    expect(envelopeOf({ metadata: { ...metadata, h } })).toBeUndefined();
  });
});

test('docs/security.md shows the first vector as it is', async () => {
  const page = await readFile(new URL('../../../../docs/security.md', import.meta.url), 'utf8');
  const block = /```text\n(PAYLOAD_KEYS[^]*?)```/.exec(page)?.[1] ?? '';
  const [first] = vectors;
  const shown = Object.fromEntries(
    block
      .replaceAll(/\n +/g, '')
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
  ) as Record<string, string>;
  expect(shown).toMatchObject({
    PAYLOAD_KEYS: payloadKeys,
    namespace: first?.namespace,
    'workflow id': first?.workflowId,
    nonce: first?.nonce,
    payload: hex(first?.payload.data ?? '').toString(),
    'data key': first?.dataKey,
    'metadata h': first?.encrypted.h,
    data: first?.encrypted.data,
  });
});
