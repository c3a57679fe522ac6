// How what people type on the command line is read.
import { InvalidArgumentError } from 'commander';
import { milliseconds } from '../contract/duration.js';
import { isGuid } from '../contract/guid.js';

export function loginGuid(text: string): string {
  if (!isGuid(text)) throw new InvalidArgumentError('It must be a GUID.');
  return text;
}

/** Milliseconds. */
export function duration(text: string): number {
  const ms = milliseconds(text);
  if (!(ms > 0)) throw new InvalidArgumentError('It must be a duration such as "30 seconds".');
  return ms;
}

export function count(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}

/** A number above 0, such as 0.5. */
export function rate(text: string): number {
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('It must be a number above 0.');
  return Number(text);
}

/** At most this many logins of a batch are worked on at once, so that a slip of the hand opens no million calls. */
export function concurrency(text: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) < 1 || Number(text) > 1_000)
    throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
  return Number(text);
}
