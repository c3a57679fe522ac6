// When a call that failed is made again. All times are milliseconds.
import type { FlinksError } from '../flinks/errors.js';

export interface RetryPolicy {
  maximumAttempts: number;
  initialInterval: number;
  maximumInterval: number;
  /** The longest Retry-After that is honoured. A longer one is cut to this; one beyond the total ends the attempts. */
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

/** Which attempt of a call this is, counted from 1, and the time since the first. */
export interface Attempt {
  attempt: number;
  elapsedMs: number;
  /** The workflow makes further attempts itself, so that it can say so. Runs that began before it did leave them to Temporal. */
  repeatedBy?: 'workflow';
}

export const firstAttempt: Attempt = { attempt: 1, elapsedMs: 0 };

/** The wait before the next attempt after this error, or undefined if no other attempt may follow. */
export const delayAfter = (error: FlinksError, policy: RetryPolicy, at: Attempt): number | undefined =>
  error.meaning.transient ? retryDelay(policy, at, error.facts.retryAfterMs) : undefined;

/**
 * The wait before the next attempt, or undefined if no other attempt may follow. The wait doubles and is never shorter than what
 * Flinks asked for. It is stretched by up to a quarter, so that runs do not come back all at once.
 */
export function retryDelay(
  policy: RetryPolicy,
  { attempt, elapsedMs }: Attempt,
  retryAfterMs = 0,
  random: () => number = Math.random,
): number | undefined {
  if (attempt >= policy.maximumAttempts || elapsedMs + retryAfterMs > policy.total) return undefined;
  const backoff = Math.min(policy.initialInterval * 2 ** (attempt - 1), policy.maximumInterval);
  const wait = Math.max(backoff, Math.min(retryAfterMs, policy.longestRetryAfter));
  const delay = Math.round(wait * (1 + random() / 4));
  return elapsedMs + delay > policy.total ? undefined : delay;
}
