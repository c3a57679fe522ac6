/** When a call that may be repeated is repeated. All times in milliseconds. */
export interface RetryPolicy {
  maximumAttempts: number;
  initialInterval: number;
  maximumInterval: number;
  /** The longest Retry-After that is honoured; a longer one is cut to this. */
  longestRetryAfter: number;
  /** No attempt starts later than this after the first. */
  total: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  maximumAttempts: 5,
  initialInterval: 2_000,
  maximumInterval: 30_000,
  longestRetryAfter: 5 * 60_000,
  total: 10 * 60_000,
};

/** Where a call stands: its attempt, counted from 1, and the time since the first. */
export interface Attempt {
  attempt: number;
  elapsedMs: number;
}

/**
 * Milliseconds to wait before the next attempt, or undefined when there is to be none. The wait doubles, is never
 * shorter than what Flinks asked for, and is stretched by up to a quarter so that runs do not come back in step.
 */
export function retryDelay(
  policy: RetryPolicy,
  { attempt, elapsedMs }: Attempt,
  retryAfterMs = 0,
  random: () => number = Math.random,
): number | undefined {
  if (attempt >= policy.maximumAttempts) return undefined;
  const backoff = Math.min(policy.initialInterval * 2 ** (attempt - 1), policy.maximumInterval);
  const wait = Math.max(backoff, Math.min(retryAfterMs, policy.longestRetryAfter));
  const delay = Math.round(wait * (1 + random() / 4));
  return elapsedMs + delay > policy.total ? undefined : delay;
}
