// Ids that follow from a secret, readable in Temporal and yet of no use to a reader.
import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { EncryptionCodec } from '../temporal/encryption/codec.js';

/**
 * A hash of these texts by a payload key, in hexadecimal. Without encryption there is no key, and nothing that it could
 * protect: all payloads are readable then.
 */
export function keyedHash(temporal: Client, parts: readonly string[]): string {
  const codec = temporal.options.loadedDataConverter.payloadCodecs.find((one) => 'keyedHash' in one);
  return codec
    ? (codec as EncryptionCodec).keyedHash(parts)
    : createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
