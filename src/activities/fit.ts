// Whether this worker may make a call of a session. What holds:
// 1. A session belongs to one customer of one instance of Flinks. A worker of another would be told that it is not there.
// 2. A worker that does not fit sends nothing, and fails the attempt in a way that a worker that fits can cure.
import { createHash } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type { FlinksClientOptions } from '../flinks/client.js';
import type { OpenedBy } from '../flinks/errors.js';

/** How a session was opened, and at which customer of Flinks. */
export type SessionOpenedBy = OpenedBy & { customer?: string };

/** A name for a customer of an instance. It is kept with the session, in encrypted payloads only. */
export const customerOf = ({ baseUrl, customerId }: Pick<FlinksClientOptions, 'baseUrl' | 'customerId'>): string =>
  createHash('sha256')
    .update(JSON.stringify([baseUrl.replace(/\/+$/, '').toLowerCase(), customerId.toLowerCase()]))
    .digest('hex')
    .slice(0, 16);

/** Throws before anything is sent if the session was opened at another customer than this worker has. */
export function refuseUnfit(customer: string | undefined, session: SessionOpenedBy | undefined): void {
  if (customer === undefined || session?.customer === undefined || session.customer === customer) return;
  throw ApplicationFailure.retryable(
    'This worker has another FLINKS_CUSTOMER_ID or FLINKS_BASE_URL than the one that opened the session. It sent nothing.',
    unfit,
  );
}

const unfit = 'UnfitWorker';

/** Whether a call was refused so. */
export const isUnfit = (error: unknown): boolean => error instanceof ApplicationFailure && error.type === unfit;
