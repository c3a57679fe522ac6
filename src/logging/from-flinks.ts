import { isGuid } from '../contract/guid.js';

/**
 * The one door through which a value that Flinks sent reaches a log: an HTTP status or a FlinksCode passes. Of anything else
 * only its kind does.
 */
export function fromFlinks(value: unknown): string | number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 599) return value;
  return typeof value === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(value) ? value : `[${typeof value}]`;
}

/** A RequestId passes the door only if it looks like one. */
export const requestIdFromFlinks = (value: unknown): string | undefined =>
  typeof value === 'string' && isGuid(value) ? value : undefined;
