import type { RecordedRequest } from '../../simulator/server.js';
import { wordsOfFlinks } from '../workflow/fault-table.js';

/** Whether a failure shows what nobody may read there: keys, tokens, answers, or Flinks' own words. */
export function shownSecrets(
  failure: unknown,
  { secretKey, apiKey }: { secretKey: string; apiKey: string },
  requests: readonly RecordedRequest[],
): boolean {
  const tokens = requests.flatMap(({ headers }) => headers['flinks-auth-key'] ?? []);
  const shown = JSON.stringify(failure);
  return [secretKey, apiKey, wordsOfFlinks, 'Montreal', ...tokens].some((secret) => shown.includes(secret));
}
