/** The simulator's time in milliseconds since 1970: another clock's time plus what a test has advanced it by. */
export interface Clock {
  now(): Promise<number>;
  advance(ms: number): void;
  reset(): void;
}

export function createClock(source: () => number | Promise<number> = Date.now): Clock {
  let offset = 0;
  let latest = 0;
  return {
    async now() {
      try {
        latest = await source();
      } catch {
        // A test's server may be gone before the last socket closes. The record then keeps the last time that was known.
      }
      return latest + offset;
    },
    advance(ms) {
      offset += ms;
    },
    reset() {
      offset = 0;
    },
  };
}
