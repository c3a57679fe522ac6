// Deleting a card at Flinks, which takes everything with it that Flinks stores for the LoginId.
import { setTimeout as sleep } from 'node:timers/promises';
import { retryDelay } from '../../activities/retries.js';
import type { WorkerConfig } from '../../config.js';
import { createFlinksClient } from '../../flinks/client.js';
import { FlinksError } from '../../flinks/errors.js';
import { CommandError, exitCode, say } from '../terminal/output.js';

/** `unknown` where Flinks knows no such LoginId, or none any more. */
export type CardOutcome = 'deleted' | 'unknown';

/**
 * Deletes the card of a LoginId. Deleting is safe to repeat, so what may pass is waited for as FLINKS_RETRY_… say; while
 * Flinks is still at work on the card (CARD_IN_USE), for all of FLINKS_RETRY_TOTAL. Throws a CommandError after that.
 */
export async function forgetCard(
  loginId: string,
  { flinks: options, retries }: Pick<WorkerConfig, 'flinks' | 'retries'>,
): Promise<CardOutcome> {
  const flinks = createFlinksClient(options);
  const startedAt = Date.now();
  try {
    for (let attempt = 1; ; attempt++) {
      const error = await flinks.deleteCard(loginId).catch((error: unknown) => error);
      if (error === undefined) return 'deleted';
      if (!(error instanceof FlinksError)) throw error;
      if (error.meaning.type === 'UnknownLogin') return 'unknown';
      const inUse = error.facts.code === 'CARD_IN_USE';
      const policy = inUse ? { ...retries, maximumAttempts: Infinity } : retries;
      const elapsedMs = Date.now() - startedAt;
      const waitMs = error.meaning.transient
        ? retryDelay(policy, { attempt, elapsedMs }, error.facts.retryAfterMs)
        : undefined;
      if (waitMs === undefined)
        throw new CommandError(
          error.meaning.type,
          `The card was not deleted, nor was any run. ${error.message}`,
          exitCode.failed,
        );
      const why = inUse ? 'Flinks is still at work on this card (CARD_IN_USE).' : error.message;
      say(`${why} Asking again in ${Math.ceil(waitMs / 1_000)} s.`);
      await sleep(waitMs);
    }
  } finally {
    flinks.close();
  }
}
