import type { FlinksClient } from '../flinks/client.js';
import { createAccountActivities } from './accounts.js';
import { createAuthorize } from './authorize.js';
import type { Carriage } from './result-size.js';
import type { RetryPolicy } from './retries.js';
import { withShortForm } from './short-calls.js';

/**
 * The activities of a worker, named after the Flinks endpoints that they call. Without a carriage results count as plain
 * JSON that has to fit into Temporal. `shortCalls` says whether this worker makes calls within workflow tasks: those bypass
 * the task queue and its rate limit. `customer` names the customer of Flinks that it has: see fit.ts.
 */
export function createActivities(
  flinks: FlinksClient,
  policy: RetryPolicy,
  carriage?: Carriage,
  { shortCalls = true, customer }: { shortCalls?: boolean; customer?: string } = {},
) {
  const activities = {
    authorize: createAuthorize(flinks, policy, carriage, customer),
    ...createAccountActivities(flinks, policy, carriage, customer),
  };
  return withShortForm(activities, shortCalls);
}

export type Activities = ReturnType<typeof createActivities>;
