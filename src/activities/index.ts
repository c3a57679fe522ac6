import type { FlinksClient } from '../flinks/client.js';
import { createAccountActivities } from './accounts.js';
import { createAuthorize } from './authorize.js';
import type { Carriage } from './result-size.js';
import type { RetryPolicy } from './retries.js';

/**
 * The activities of a worker, named after the Flinks endpoints that they call. Without a carriage results count as plain
 * JSON that has to fit into Temporal.
 */
export function createActivities(flinks: FlinksClient, policy: RetryPolicy, carriage?: Carriage) {
  return { authorize: createAuthorize(flinks, policy), ...createAccountActivities(flinks, policy, carriage) };
}

export type Activities = ReturnType<typeof createActivities>;
