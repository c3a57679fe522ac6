import { ApplicationFailure } from '@temporalio/common';
import type { FailureType } from '../contract.js';
import type { FailureDetails } from './failures.js';

// Temporal takes payloads of up to 2 MB, and a run's result holds a summary and a detail together. A larger activity
// result would fail in a way that Temporal repeats, and each repetition would ask Flinks for all of it again.
const megabyte = 1024 * 1024;
const largest = { summary: 0.25 * megabyte, detail: 1.7 * megabyte };

/** Returns the reply, or fails for good as `ResponseTooLarge` where Temporal could not carry it. */
export function refuseTooLarge<T>(what: keyof typeof largest, reply: T): T {
  const size = Buffer.byteLength(JSON.stringify(reply));
  if (size <= largest[what]) return reply;
  const type: FailureType = 'ResponseTooLarge';
  throw ApplicationFailure.nonRetryable(
    `The ${what} is ${(size / megabyte).toFixed(1)} MB, more than a run can carry (${(largest[what] / megabyte).toFixed(2)} MB).`,
    type,
    { answered: true, transient: false } satisfies FailureDetails,
  );
}
