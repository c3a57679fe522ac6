/** How many names are remembered at most. The oldest are forgotten. */
const most = 10_000;

/**
 * Waits only so long for what may still come, such as a key or an object. Whoever may send a message may name one that never
 * does. Milliseconds.
 */
export function patienceOf(ms: number) {
  const since = new Map<string, number>();
  return {
    /** Whether what is called so has been missing for this long, counted from the first time this was asked. */
    isOver(name: string): boolean {
      const first = since.get(name) ?? performance.now();
      if (since.size >= most) since.delete(since.keys().next().value ?? '');
      since.set(name, first);
      return performance.now() - first >= ms;
    },
    /** It came. */
    end: (name: string): void => void since.delete(name),
  };
}
