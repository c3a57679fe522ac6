// Loaded by worker and workflow sandbox alike, so it may use nothing of Node.
import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';

/** Stands for a payload that nobody could read. It fits no schema, so it ends as a bad input or a refused answer. */
export const undecodable = { undecodable: true };

/**
 * Temporal's JSON, except that what cannot be decoded becomes a value instead of an exception: an exception would fail
 * the workflow task again and again, and whoever sent one bad signal would have stopped the run for good.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  fromPayload(payload: Payload): never {
    try {
      return defaultPayloadConverter.fromPayload(payload);
    } catch {
      return undecodable as never;
    }
  },
};
