import type { FlinksClient } from '../flinks/client.js';
import { createAccountActivities } from './accounts.js';
import { createAuthorize } from './authorize.js';
import type { Carriage } from './result-size.js';
import type { RetryPolicy } from './retries.js';
import { withShortForm } from './short-calls.js';

/**
 * The activities of a worker, named after the Flinks endpoints that they call. Without a carriage results count as plain
 * JSON that has to fit into Temporal. `shortCalls` says whether this worker makes calls within workflow tasks: those bypass
 * the task queue and its rate limit.
 */
export function createActivities(flinks: FlinksClient, policy: RetryPolicy, carriage?: Carriage, shortCalls = true) {
  const activities = {
    authorize: createAuthorize(flinks, policy),
    ...createAccountActivities(flinks, policy, carriage),
  };
  return withShortForm(activities, shortCalls);
}

export type Activities = ReturnType<typeof createActivities>;
