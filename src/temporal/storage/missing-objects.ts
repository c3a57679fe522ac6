// Objects that a reference names and that are not in the store. Whoever can send a signal can send such a reference.
import { patienceOf } from '../encryption/patience.js';
import { isOfCaller } from './object-names.js';

/** Longer than it takes to put a store right that was set up in a wrong place, in milliseconds. */
const patienceMs = 10 * 60_000;

/**
 * Tells when an object that is missing counts as gone. One that a client stored for a message is gone at once: the store had
 * it before the server had the message. One of a worker may be in a store that this process does not have, so it is waited
 * for, but not without end.
 */
export function missingObjects() {
  const patience = patienceOf(patienceMs);
  return { isGone: (name: string): boolean => isOfCaller(name) || patience.isOver(name) };
}
