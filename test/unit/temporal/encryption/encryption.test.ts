import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountDetailsWorkflowId } from '../../../../src/contract.js';
import {
  createEncryptionCodec,
  drawNonce,
  isUndecodable,
  type Accepted,
} from '../../../../src/temporal/encryption/codec.js';
import { envelopeOf, isEncrypted, keyIdOf, seal, workflowIdOf } from '../../../../src/temporal/encryption/envelope.js';
import {
  localKeys,
  parsePayloadKeys,
  UnknownPayloadKey,
  type KeyProvider,
} from '../../../../src/temporal/encryption/keys.js';

const keyText = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const first = keyText('first');
const second = keyText('second');

function codec(
  keys = first,
  { namespace = 'default', accept = 'any' }: { namespace?: string; accept?: Accepted } = {},
) {
  return createEncryptionCodec({ keys: localKeys(parsePayloadKeys(keys) ?? []), namespace, accept });
}

/** Gives one data key for every scope and key id, so that only the codec notices what was changed. */
const oneKey = createSecretKey(randomBytes(32));
const oneKeyForAll: KeyProvider = {
  keyToEncrypt: async () => ({ keyId: 'one', key: oneKey }),
  keyedHash: () => '',
  keyToDecrypt: async () => oneKey,
};

const of = (workflowId: string) => ({ type: 'workflow', namespace: 'as the SDK says', workflowId }) as const;

async function encrypted(payload: Payload, workflowId?: string, keys = first): Promise<Payload> {
  const [result] = await codec(keys).encode([payload], workflowId === undefined ? undefined : of(workflowId));
  return result ?? {};
}

async function decrypted(payload: Payload, workflowId?: string, one = codec()): Promise<Payload> {
  const [result] = await one.decode([payload], workflowId === undefined ? undefined : of(workflowId));
  return result ?? {};
}

const json = (value: unknown): Payload => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(JSON.stringify(value)),
});

const anyPayload = fc
  .record({
    metadata: fc.dictionary(fc.string(), fc.uint8Array({ maxLength: 40 })),
    data: fc.uint8Array({ maxLength: 3_000 }),
  })
  .map(({ metadata, data }): Payload => ({ metadata: { ...metadata, encoding: Buffer.from('json/plain') }, data }));

const plainBytes = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => [key, [...value]])),
  data: [...(data ?? [])],
});

describe('what was encrypted', () => {
  test('is read again as it was, whatever it was and whoever owns it', async () => {
    await fc.assert(
      fc.asyncProperty(anyPayload, fc.string(), async (payload, workflowId) => {
        const sealed = await encrypted(payload, workflowId);
        expect(isEncrypted(sealed)).toBe(true);
        expect(plainBytes(await decrypted(sealed, workflowId))).toEqual(plainBytes(payload));
      }),
      { numRuns: 200 },
    );
  });

  test.each(['data', 'encoding', 'h'])('is refused once any single bit of its %s is flipped', async (part) => {
    const one = createEncryptionCodec({ keys: oneKeyForAll, namespace: 'default' });
    await fc.assert(
      fc.asyncProperty(anyPayload, fc.nat(), fc.nat({ max: 7 }), async (payload, at, bit) => {
        const [sealed = {}] = await one.encode([payload], of('run-1'));
        const bytes = (part === 'data' ? sealed.data : sealed.metadata?.[part]) ?? new Uint8Array();
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
        const read = decrypted(sealed, 'run-1', one).then(
          // A payload that no longer says it is encrypted stays the ciphertext that it is.
          (outcome) => (isUndecodable(outcome) || outcome === sealed ? 'refused' : 'read'),
          (error: unknown) => (error instanceof UnknownPayloadKey ? 'refused' : error),
        );
        expect(await read).toBe('refused');
      }),
    );
  });

  test('is refused if it is cut short', async () => {
    await fc.assert(
      fc.asyncProperty(anyPayload, fc.nat(), async (payload, at) => {
        const { metadata, data } = await encrypted(payload, 'run-1');
        const cut = { metadata, data: data?.subarray(0, at % data.length) } as Payload;
        expect(isUndecodable(await decrypted(cut, 'run-1'))).toBe(true);
      }),
    );
  });

  test('is refused under another workflow id and in another namespace, relabelled or not', async () => {
    const name = fc.string({ unit: 'binary' });
    const two = fc.uniqueArray(name, { minLength: 2, maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(anyPayload, two, two, async (payload, ids, namespaces) => {
        const [id = '', otherId = ''] = ids;
        const [namespace = '', otherNamespace = ''] = namespaces;
        const [sealed = {}] = await codec(first, { namespace }).encode([payload], of(id));
        const places = [
          [otherId, namespace],
          [id, otherNamespace],
          [otherId, otherNamespace],
        ] as const;
        for (const [there, space] of places) {
          const [label = {}] = await codec(first, { namespace: space }).encode([payload], of(there));
          for (const copy of [sealed, { ...sealed, metadata: label.metadata ?? {} }])
            expect(isUndecodable(await decrypted(copy, there, codec(first, { namespace: space })))).toBe(true);
        }
        const back = await decrypted(sealed, id, codec(first, { namespace }));
        expect(plainBytes(back)).toEqual(plainBytes(payload));
      }),
      { numRuns: 40 },
    );
  });

  test('is refused if its workflow id is left out, so that it would belong to the whole namespace', async () => {
    const sealed = await encrypted(json('Montreal'), 'run-1');
    const header = Buffer.from(sealed.metadata?.['h'] ?? []);
    const owner = Buffer.concat([Buffer.from([0, 5]), Buffer.from('run-1')]);
    const at = header.indexOf(owner);
    const h = Buffer.concat([header.subarray(0, at), Buffer.from([0xff, 0xff]), header.subarray(at + owner.length)]);
    const relabelled = { ...sealed, metadata: { ...sealed.metadata, h } };
    expect(at).toBeGreaterThan(0);
    expect(workflowIdOf(relabelled)).toBeUndefined();
    expect(isUndecodable(await decrypted(relabelled, 'run-2'))).toBe(true);
  });

  test('never uses a nonce twice: not in a thousand payloads, and not in a hundred thousand draws after them', async () => {
    const some = Array.from({ length: 1_000 }, () => json(1));
    const sealed = await codec().encode(some, of('run-1'));
    const nonces = sealed.map((one) => envelopeOf(one)?.nonce ?? new Uint8Array());
    const seen = new Set(nonces.map((nonce) => Buffer.from(nonce).toString('latin1')));
    for (let n = 0; n < 100_000; n++) seen.add(Buffer.from(drawNonce()).toString('latin1'));
    expect(seen.size).toBe(101_000);
    expect(nonces[0]).toHaveLength(12);
  });

  test('is compressed if that makes it smaller, and only above 512 bytes', async () => {
    const size = async (value: unknown) => (await encrypted(json(value), 'run-1')).data?.length ?? 0;
    expect(await size('x'.repeat(100_000))).toBeLessThan(1_000);
    expect(await size('x'.repeat(300))).toBeGreaterThan(300);
    const noise = randomBytes(3_000).toString('latin1');
    expect(await size(noise)).toBeLessThan(Buffer.byteLength(JSON.stringify(noise)) + 64);
  });
});

test('costs 117 bytes a payload for a run of a LoginId', async () => {
  const { Payload: wire } = proto.temporal.api.common.v1;
  const payload = json('Montreal');
  const sealed = await encrypted(payload, accountDetailsWorkflowId(randomUUID()), keyText('2026-11'));
  expect(wire.encode(sealed).finish().length - wire.encode(payload).finish().length).toBe(117);
});

test('null and undefined hold nothing, so they are not encrypted, and every setting accepts them', async () => {
  const nothing = (): Payload => ({ metadata: { encoding: Buffer.from('binary/null') } });
  expect(plainBytes(await encrypted(nothing(), 'run-1'))).toEqual(plainBytes(nothing()));
  for (const accept of ['any', 'namespace', 'workflow'] as const)
    expect(plainBytes(await decrypted(nothing(), 'run-1', codec(first, { accept })))).toEqual(plainBytes(nothing()));
});

test('a null that carries something is encrypted, and is refused if it was not', async () => {
  const data = Buffer.from('Montreal');
  const more = { encoding: Buffer.from('binary/null'), more: data };
  for (const one of [{ metadata: { encoding: Buffer.from('binary/null') }, data }, { metadata: more }]) {
    const sealed = await encrypted(one, 'run-1');
    expect(isEncrypted(sealed)).toBe(true);
    expect(plainBytes(await decrypted(sealed, 'run-1'))).toEqual(plainBytes(one));
    expect(isUndecodable(await decrypted(one, 'run-1', codec(first, { accept: 'namespace' })))).toBe(true);
  }
});

describe('what cannot be read', () => {
  test('waits for a key that this worker does not have yet', async () => {
    const sealed = await encrypted(json('Montreal'), 'run-1', second);
    await expect(decrypted(sealed, 'run-1')).rejects.toThrow(new UnknownPayloadKey('second'));
    expect(plainBytes(await decrypted(sealed, 'run-1', codec(`${first},${second}`)))).toEqual(
      plainBytes(json('Montreal')),
    );
  });

  test('throws nothing else, whatever somebody sends', async () => {
    const metadata = fc.dictionary(
      fc.constantFrom('encoding', 'h', 'x'),
      fc.oneof(
        fc.uint8Array(),
        fc.constantFrom('binary/encrypted', '\u0003', 'first', 'default').map((text) => Buffer.from(text)),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.record({ metadata, data: fc.uint8Array() }, { requiredKeys: [] }), async (payload) => {
        const read = decrypted(payload as Payload, 'run-1').catch((error: unknown) => error);
        expect(await read).not.toBeInstanceOf(TypeError);
      }),
      { numRuns: 500 },
    );
  });

  test('is refused as configured: plain payloads, and payloads of the namespace', async () => {
    const plain = json('plain');
    const ofNamespace = await encrypted(json('from the codec server'));
    const ofRun = await encrypted(json('from a client of ours'), 'run-1');
    const taken = async (accept: Accepted) =>
      Promise.all(
        [plain, ofNamespace, ofRun].map(
          async (one) => !isUndecodable(await decrypted(one, 'run-1', codec(first, { accept }))),
        ),
      );
    expect(await taken('any')).toEqual([true, true, true]);
    expect(await taken('namespace')).toEqual([false, true, true]);
    expect(await taken('workflow')).toEqual([false, false, true]);
  });
});

describe('who wrote a payload decides what is taken', () => {
  const readable: Payload = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"forged"') };
  const activity = { type: 'activity', namespace: 'default', workflowId: 'a', isLocal: false } as const;
  const by = (reader: 'worker' | 'client', more: { lostKeys?: Set<string> } = {}) =>
    createEncryptionCodec({
      keys: localKeys(parsePayloadKeys(first) ?? []),
      namespace: 'default',
      accept: 'any',
      reader,
      ...more,
    });
  const decodes = async (reading: Promise<Payload[]>) => {
    const [payload] = await reading;
    return payload !== undefined && !isUndecodable(payload);
  };

  test('a worker takes for the reply of an activity only what was encrypted for its run, at every setting', async () => {
    const forged = [readable, await encrypted(readable), await encrypted(readable, 'b')];
    for (const payload of forged) expect(await decodes(by('worker').decode([payload], activity))).toBe(false);
    expect(await decodes(by('worker').decode([await encrypted(readable, 'a')], activity))).toBe(true);
    // What callers send is another matter.
    expect(await decodes(by('worker').decode([readable], of('a')))).toBe(true);
  });

  test('a client takes readable data for the input of a run, and for nothing else', async () => {
    for (const payload of [readable, await encrypted(readable)]) {
      expect(await decodes(by('client').decode([payload], of('a')))).toBe(false);
      expect(await decodes(by('client').decodeInput([payload], { workflowId: 'a' }))).toBe(true);
    }
  });

  test('a missing key is named, and a text that no key can have for its id is not', async () => {
    const unknown = await encrypted(readable, 'a', second);
    for (const reader of ['worker', 'client'] as const)
      for (const context of [of('a'), activity])
        await expect(by(reader).decode([unknown], context)).rejects.toBeInstanceOf(UnknownPayloadKey);
    const { metadata } = seal({
      keyId: 'no id\n',
      nonce: drawNonce(),
      scope: { namespace: 'default', workflowId: 'a' },
    });
    expect(await decodes(by('worker').decode([{ ...unknown, metadata }], of('a')))).toBe(false);
  });

  test('nobody waits for a key that is lost', async () => {
    const unknown = await encrypted(readable, 'a', second);
    const lostKeys = new Set(['second']);
    for (const reader of ['worker', 'client'] as const)
      for (const context of [of('a'), activity])
        expect(await decodes(by(reader, { lostKeys }).decode([unknown], context))).toBe(false);
  });
});

describe('keys', () => {
  test('the first one encrypts and all of them decrypt, so that a key can be changed while runs are open', async () => {
    const before = await encrypted(json(1), 'run-1', first);
    const after = await encrypted(json(2), 'run-1', `${second},${first}`);
    const rotated = codec(`${second},${first}`);
    expect(keyIdOf(after)).toBe('second');
    expect(plainBytes(await decrypted(before, 'run-1', rotated))).toEqual(plainBytes(json(1)));
    expect(plainBytes(await decrypted(after, 'run-1', rotated))).toEqual(plainBytes(json(2)));
  });

  test.each([
    ['nothing', ''],
    ['no id', `:${randomBytes(32).toString('base64')}`],
    ['16 bytes', `a:${randomBytes(16).toString('base64')}`],
    ['an id twice', `${keyText('a')},${keyText('a')}`],
    ['a trailing comma', `${keyText('a')},`],
    ['an id with a blank', keyText('a b')],
  ])('%s is not a key', (_what, text) => {
    expect(parsePayloadKeys(text)).toBeUndefined();
  });
});
