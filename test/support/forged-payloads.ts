// What somebody without the keys of a run, or with those of another, can put in the place of a payload.
import { createHash, randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { createEncryptionCodec } from '../../src/temporal/encryption/codec.js';
import { localKeys, parsePayloadKeys } from '../../src/temporal/encryption/keys.js';
import { pathPart } from '../../src/temporal/storage/object-names.js';

const codecWith = (keys: string) =>
  createEncryptionCodec({ keys: localKeys(parsePayloadKeys(keys) ?? []), namespace: 'default' });

const known = () => codecWith(process.env['PAYLOAD_KEYS'] ?? '');
const elsewhere = codecWith(`nobody-has-it:${randomBytes(32).toString('base64')}`);

async function sealed(codec: typeof elsewhere, value: unknown, workflowId?: string): Promise<Payload> {
  const context = workflowId === undefined ? undefined : ({ type: 'workflow', namespace: '', workflowId } as const);
  const [payload = {}] = await codec.encode([defaultPayloadConverter.toPayload(value)], context);
  return payload;
}

/** A reference to an object of this workflow that is not in its store, without a proof of who made it. */
const reference = (workflowId: string): Payload => {
  const digest = createHash('sha256').update(randomBytes(8)).digest('hex');
  const key = `v0/ns/default/wi/${pathPart(workflowId)}/ri/!/${digest}`;
  return {
    metadata: {
      encoding: Buffer.from('json/protobuf'),
      messageType: Buffer.from('temporal.api.sdk.v1.ExternalStorageReference'),
    },
    data: Buffer.from(JSON.stringify({ driverName: 'file', claimData: { key } })),
  };
};

export type Forgery = keyof typeof forged;

/** Each makes a payload that holds `value` in a run of `workflowId`, as far as it can. */
export const forged = {
  plain: async (value: unknown) => defaultPayloadConverter.toPayload(value),
  'of another workflow': (value: unknown) => sealed(known(), value, 'account-details-of-somebody-else'),
  'of the namespace': (value: unknown) => sealed(known(), value),
  'of an unknown key': (value: unknown, workflowId: string) => sealed(elsewhere, value, workflowId),
  'a missing object': async (_value: unknown, workflowId: string) => reference(workflowId),
  '3 MB': async () => defaultPayloadConverter.toPayload({ FORGED: 'x'.repeat(3_000_000) }),
} satisfies Record<string, (value: unknown, workflowId: string) => Promise<Payload>>;
