// The worker and the workflow sandbox load this file, so it must not use anything of Node.
import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';

/** Stands for a payload that cannot be read. It fits no schema, so it ends as a bad input or a refused answer. */
export const undecodable = { undecodable: true };

/**
 * Temporal's JSON, except that a payload that cannot be decoded becomes a value. An exception would fail the workflow task
 * again and again, so that one bad signal would stop the run for good.
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
