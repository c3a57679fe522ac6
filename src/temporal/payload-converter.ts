// The worker and the workflow sandbox load this file, so it must not use anything of Node.
import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';
import { reasonOf, unread } from './unreadable.cjs';

/** Stands for a payload that cannot be read. It fits no schema, so it ends as a bad input or a refused answer. */
export const undecodable = { undecodable: true };

/** Why a payload could not be read, if that may change. */
export interface Reason {
  type: string;
  message: string;
  /** Whether it is still worth waiting for. */
  mayCome: boolean;
}

/** Why a value could not be read. Undefined if it could be, or never can be. */
export const reasonIn = (value: unknown): Reason | undefined =>
  (value as { [unread]?: Reason } | null | undefined)?.[unread];

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
