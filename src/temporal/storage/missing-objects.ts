// Objects that a reference names and that are not in the store. Whoever can send a signal can send such a reference.
import { isOfCaller } from './object-names.js';

/** Longer than it takes to put a store right that was set up in a wrong place, in milliseconds. */
const patienceMs = 10 * 60_000;
const most = 10_000;

/**
 * Tells when an object that is missing counts as gone. One that a client stored for a message is gone at once: the store had
 * it before the server had the message. One of a worker may be in a store that this process does not have, so it is waited
 * for, but not without end.
 */
export function missingObjects() {
  const since = new Map<string, number>();
  return {
    isGone(name: string): boolean {
      if (isOfCaller(name)) return true;
      const first = since.get(name) ?? performance.now();
      if (since.size >= most) since.delete(since.keys().next().value ?? '');
      since.set(name, first);
      return performance.now() - first >= patienceMs;
    },
  };
}
