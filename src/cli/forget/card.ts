// Deletes a card at Flinks, and with it everything that Flinks stores for the LoginId.
import { setTimeout as sleep } from 'node:timers/promises';
import { retryDelay } from '../../activities/retries.js';
import type { WorkerConfig } from '../../config.js';
import { createFlinksClient } from '../../flinks/client.js';
import { FlinksError } from '../../flinks/errors.js';
import { CommandError, exitCode, say } from '../terminal/output.js';

/** `unknown` if Flinks does not know this LoginId, or no longer. */
export type CardOutcome = 'deleted' | 'unknown';

/**
 * Deletes the card of a LoginId. Deleting is safe to repeat, so a passing error is retried as the FLINKS_RETRY_… variables
 * say. While Flinks still works on the card (CARD_IN_USE), it is retried for all of FLINKS_RETRY_TOTAL. Throws a
 * CommandError after that.
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
          `Neither the card nor any run was deleted. ${error.message}`,
          exitCode.failed,
        );
      const why = inUse ? 'Flinks still works on this card (CARD_IN_USE).' : error.message;
      say(`${why} Next attempt in ${Math.ceil(waitMs / 1_000)} s.`);
      await sleep(waitMs);
    }
  } finally {
    flinks.close();
  }
}
