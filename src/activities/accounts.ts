import type { DetailOptions, FlinksClient } from '../flinks/client.js';
import { FlinksError } from '../flinks/errors.js';
import { refuseUnfit, type SessionOpenedBy } from './fit.js';
import type { DataReply } from '../flinks/replies.js';
import { atMostOnce, poll, repeatable } from './calls.js';
import { refuseTooLarge, type Carriage } from './result-size.js';
import type { Attempt, RetryPolicy } from './retries.js';

export interface DetailRequest {
  requestId: string;
  options: DetailOptions;
  at: Attempt;
  openedBy?: SessionOpenedBy;
}

export function createAccountActivities(
  flinks: FlinksClient,
  policy: RetryPolicy,
  carriage?: Carriage,
  customer?: string,
) {
  return {
    async getAccountsSummary(requestId: string, at?: Attempt, openedBy?: SessionOpenedBy): Promise<DataReply> {
      refuseUnfit(customer, openedBy);
      const reply = await repeatable(policy, (signal) => flinks.getAccountsSummary(requestId, signal, openedBy), at);
      return refuseTooLarge('summary', reply, carriage);
    },

    async getAccountsSummaryAsync(requestId: string, openedBy?: SessionOpenedBy): Promise<DataReply> {
      refuseUnfit(customer, openedBy);
      return poll(async (signal) =>
        refuseTooLarge('summary', await flinks.getAccountsSummaryAsync(requestId, signal, openedBy), carriage),
      );
    },

    /**
     * Detail is not posted again once it may be running at Flinks: a second post on the same accounts makes both pend.
     * When its answer is lost or garbled the Async endpoint has the data, so that counts as pending.
     */
    async getAccountsDetail({ requestId, options, at, openedBy }: DetailRequest): Promise<DataReply> {
      refuseUnfit(customer, openedBy);
      const rules = {
        mayRepeat: ({ delivery }: FlinksError) => delivery !== 'lost',
        whenLost: { reply: { kind: 'pending' } as DataReply },
      };
      const reply = await atMostOnce(policy, at, rules, (signal) =>
        flinks.getAccountsDetail(requestId, options, signal, openedBy).catch(pendingIfAtWork),
      );
      return refuseTooLarge('detail', reply, carriage);
    },

    async getAccountsDetailAsync(requestId: string, openedBy?: SessionOpenedBy): Promise<DataReply> {
      refuseUnfit(customer, openedBy);
      return poll(async (signal) =>
        refuseTooLarge('detail', await flinks.getAccountsDetailAsync(requestId, signal, openedBy), carriage),
      );
    },
  };
}

/**
 * A 200 that cannot be read says that Flinks has done the work, and behind a gateway's page it may be doing it. Another post
 * would have it begin again.
 */
function pendingIfAtWork(error: unknown): DataReply {
  if (!(error instanceof FlinksError)) throw error;
  const { meaning, delivery, facts } = error;
  if (delivery !== 'lost' && !(meaning.type === 'UnexpectedResponse' && meaning.transient)) throw error;
  return { kind: 'pending', ...(facts.retryAfterMs !== undefined && { retryAfterMs: facts.retryAfterMs }) };
}
