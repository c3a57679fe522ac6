import { msToNumber, type Duration } from '@temporalio/common/lib/time.js';

/** Milliseconds of a duration such as `30 seconds`, or NaN if it is not a duration. */
export function milliseconds(duration: string): number {
  try {
    return msToNumber(duration as Duration);
  } catch {
    return Number.NaN;
  }
}
