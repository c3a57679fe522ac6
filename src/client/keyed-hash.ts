// Ids that follow from a secret, readable in Temporal and yet of no use to a reader.
import type { Client } from '@temporalio/client';
import { keyedHashOf } from '../temporal/payloads.js';

/** A hash of these texts by the oldest payload key of this client, in hexadecimal. */
export const keyedHash = (temporal: Client, parts: readonly string[]): string =>
  keyedHashOf(temporal.options.loadedDataConverter.payloadCodecs)(parts);
