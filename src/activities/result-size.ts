import { ApplicationFailure } from '@temporalio/common';
import type { FailureType } from '../contract.js';
import type { FailureDetails } from './failures.js';

/** How results travel from this worker into Temporal. */
export interface Carriage {
  /** Bytes that a result takes up there, compressed and encrypted. */
  sizeOf(reply: unknown): Promise<number>;
  /** Whether there is a store for what is too large for Temporal itself. */
  stored: boolean;
}

// Temporal takes payloads of up to 2 MB, and a run's result holds session, summary and detail together. A larger activity
// result would fail in a way that Temporal repeats, and each repetition would ask Flinks for all of it again.
const megabyte = 1024 * 1024;
const largestInTemporal = {
  session: 0.03 * megabyte,
  challenges: megabyte,
  summary: 0.25 * megabyte,
  detail: 1.7 * megabyte,
};
/** As JSON. All together stay below what the payload codec inflates again. Queries and updates carry the challenges whole. */
const largest = { session: megabyte, challenges: megabyte, summary: 40 * megabyte, detail: 200 * megabyte };

const asJson: Carriage = { sizeOf: async (reply) => Buffer.byteLength(JSON.stringify(reply)), stored: false };

/** Returns the reply, or fails for good as `ResponseTooLarge` when it cannot be carried. */
export async function refuseTooLarge<T>(what: keyof typeof largest, reply: T, carriage: Carriage = asJson): Promise<T> {
  const json = Buffer.byteLength(JSON.stringify(reply));
  // Compressing costs time, and what fits as it is does not need it.
  if (json <= largestInTemporal[what]) return reply;
  if (json > largest[what]) throw tooLarge(what, json, largest[what], '');
  if (carriage.stored) return reply;
  const size = await carriage.sizeOf(reply);
  if (size <= largestInTemporal[what]) return reply;
  throw tooLarge(what, size, largestInTemporal[what], ' without PAYLOAD_STORAGE');
}

function tooLarge(what: string, size: number, most: number, how: string): ApplicationFailure {
  const type: FailureType = 'ResponseTooLarge';
  return ApplicationFailure.nonRetryable(
    `The ${what} is ${(size / megabyte).toFixed(1)} MB, more than a run can carry${how} (${(most / megabyte).toFixed(2)} MB).`,
    type,
    { answered: true, transient: false } satisfies FailureDetails,
  );
}
