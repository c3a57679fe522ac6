// How this process writes and reads payloads: encrypted, unless PAYLOAD_ENCRYPTION=off says otherwise.
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { z } from 'zod';
import { milliseconds } from '../contract.js';
import { checkEnvironment, type Environment } from '../config/environment.js';
import { encodedPayload } from '../sdk-internals/payload-encoding.js';
import { createEncryptionCodec, type Accepted, type EncryptionCodec } from './encryption/codec.js';
import { localKeys, parsePayloadKeys, type KeyProvider } from './encryption/keys.js';
import { createReadableCodec } from './encryption/off.js';
import { failureConverterPath, outsideConverterPath } from './failure-converter-path.cjs';
import { createPayloadReader, type OnUnread } from './payload-reader.js';
import { createReferences } from './storage/external-storage.js';
import type { PayloadStore } from './storage/payload-store.js';

/** Undefined if encryption is off. */
export type PayloadConfig =
  { keys: KeyProvider; accept: Accepted; lostKeys: ReadonlySet<string>; keyWaitMs?: number } | undefined;

/** How long what may become readable is waited for: a key that is not there yet, a store that does not answer. */
const usualWaitMs = 10 * 60_000;

const missing =
  'is missing: make a key with "npm run starter -- keys new", or set PAYLOAD_ENCRYPTION=off to store bank data readable';

/** How payloads are written, each variable with the sentence that docs/variables.md has. */
export const payloadVariables = z
  .object({
    PAYLOAD_ENCRYPTION: z
      .enum(['on', 'off'], 'must be on or off')
      .default('on')
      .describe('off stores bank data readable, and needs no keys.'),
    PAYLOAD_KEYS: z.string().optional().describe('The keys of payloads. The first encrypts, all of them decrypt.'),
    PAYLOAD_ACCEPT: z
      .enum(['any', 'namespace', 'workflow'], 'must be any, namespace or workflow')
      .default('any')
      .describe('Which payloads of callers are taken: all, those encrypted for the namespace, or for the one run.'),
    PAYLOAD_LOST_KEYS: z
      .string()
      .default('')
      .describe('Ids of keys that will not come, comma-separated: nobody waits for them any more.'),
    PAYLOAD_KEY_WAIT: z
      .string()
      .transform(milliseconds)
      .refine((ms) => ms >= 0 && ms <= 86_400_000, 'must be a duration such as "10 minutes", up to 24 hours')
      .default(usualWaitMs)
      .describe('How long a run waits for a key that its worker lacks.'),
  })
  .transform((variables, context): PayloadConfig => {
    const { PAYLOAD_ENCRYPTION, PAYLOAD_KEYS, PAYLOAD_ACCEPT, PAYLOAD_LOST_KEYS, PAYLOAD_KEY_WAIT } = variables;
    if (PAYLOAD_ENCRYPTION === 'off') return undefined;
    const refuse = (message: string) => {
      context.addIssue({ code: 'custom', path: ['PAYLOAD_KEYS'], message });
      return z.NEVER;
    };
    if (!PAYLOAD_KEYS) return refuse(missing);
    const keys = parsePayloadKeys(PAYLOAD_KEYS);
    if (!keys) return refuse('must be id:base64 of 32 bytes, comma-separated, each id once');
    const lostKeys = new Set(PAYLOAD_LOST_KEYS.split(',').flatMap((id) => id.trim() || []));
    const both = keys.find(({ id }) => lostKeys.has(id));
    if (both) return refuse(`has the key ${both.id}, which PAYLOAD_LOST_KEYS says is lost`);
    return { keys: localKeys(keys), accept: PAYLOAD_ACCEPT, lostKeys, keyWaitMs: PAYLOAD_KEY_WAIT };
  });

/** Reads `PAYLOAD_…`. Throws a ConfigurationError that says how to make a key if there is none. */
export const loadPayloadConfig = (environment: Environment = process.env): PayloadConfig =>
  checkEnvironment(payloadVariables, environment, ['PAYLOAD_KEYS']);

const codecFor = (config: PayloadConfig, namespace: string, reader: 'worker' | 'client'): EncryptionCodec =>
  config ? createEncryptionCodec({ ...config, namespace, reader }) : createReadableCodec({ namespace, reader });

/** The data converter of a client or a worker in this namespace. Payloads are encrypted first and stored second. */
export function dataConverterFor(
  config: PayloadConfig,
  namespace: string,
  reader: 'worker' | 'client',
  store?: PayloadStore,
  onUnread?: OnUnread,
): DataConverter {
  const encryption = codecFor(config, namespace, reader);
  // Without keys there is no proof of who made a reference.
  const references = createReferences(store, namespace, config && encryption);
  const waitMs = config?.keyWaitMs ?? usualWaitMs;
  return {
    payloadCodecs: [createPayloadReader({ encryption, references, waitMs, onUnread })],
    payloadConverterPath: outsideConverterPath,
    ...(config && { failureConverterPath }),
    externalStorage: references.storage,
  };
}

/** The keyed hash of the codec among these, or one without a key if somebody else's codecs are used. */
export const keyedHashOf = (codecs: readonly PayloadCodec[] = []): EncryptionCodec['keyedHash'] =>
  (codecs.find((one): one is EncryptionCodec => 'keyedHash' in one) ?? createReadableCodec({ namespace: '' }))
    .keyedHash;

/** How many bytes a value takes up in Temporal, compressed and encrypted if this converter does that. */
export async function encodedSize(converter: DataConverter, value: unknown): Promise<number> {
  const payload = await encodedPayload(converter, value);
  return proto.temporal.api.common.v1.Payload.encode(payload).finish().length;
}
