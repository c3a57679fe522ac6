import type { FlinksClient } from '../flinks/client.js';
import { createAccountActivities } from './accounts.js';
import { createAuthorize } from './authorize.js';
import type { RetryPolicy } from './retries.js';

/** The activities of a worker, named after the Flinks endpoints that they call. */
export function createActivities(flinks: FlinksClient, policy: RetryPolicy) {
  return { authorize: createAuthorize(flinks, policy), ...createAccountActivities(flinks, policy) };
}

export type Activities = ReturnType<typeof createActivities>;
