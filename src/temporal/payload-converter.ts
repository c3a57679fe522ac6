// The worker and the workflow sandbox load this file, so it must not use anything of Node.
import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';
import { undecodable } from '../contract/unread-value.js';
import { reasonOf, unread } from '../contract/unreadable.cjs';

/**
 * Temporal's JSON, except that a payload that cannot be decoded becomes a value. An exception would fail the workflow task
 * again and again, so that one bad signal would stop the run for good.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  fromPayload(payload: Payload): never {
    try {
      const reason = reasonOf(payload);
      return (reason ? { ...undecodable, [unread]: reason } : defaultPayloadConverter.fromPayload(payload)) as never;
    } catch {
      return undecodable as never;
    }
  },
};
