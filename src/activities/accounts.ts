import type { DetailOptions, FlinksClient } from '../flinks/client.js';
import { FlinksError, type SessionOrigin } from '../flinks/errors.js';
import type { DataReply } from '../flinks/replies.js';
import { atMostOnce, poll, repeatable } from './calls.js';
import { refuseTooLarge, type Carriage } from './result-size.js';
import type { Attempt, RetryPolicy } from './retries.js';

export interface DetailRequest {
  requestId: string;
  options: DetailOptions;
  at: Attempt;
  /** Absent from what older workers sent. */
  origin?: SessionOrigin;
}

export function createAccountActivities(flinks: FlinksClient, policy: RetryPolicy, carriage?: Carriage) {
  return {
    async getAccountsSummary(requestId: string, at?: Attempt, origin?: SessionOrigin): Promise<DataReply> {
      const reply = await repeatable(policy, (signal) => flinks.getAccountsSummary(requestId, signal, origin), at);
      return refuseTooLarge('summary', reply, carriage);
    },

    async getAccountsSummaryAsync(requestId: string, origin?: SessionOrigin): Promise<DataReply> {
      return poll(async (signal) =>
        refuseTooLarge('summary', await flinks.getAccountsSummaryAsync(requestId, signal, origin), carriage),
      );
    },

    /**
     * Detail is not posted again once it may be running at Flinks: a second post on the same accounts makes both pend.
     * When its answer is lost or garbled the Async endpoint has the data, so that counts as pending.
     */
    async getAccountsDetail({ requestId, options, at, origin }: DetailRequest): Promise<DataReply> {
      const rules = {
        mayRepeat: ({ delivery }: FlinksError) => delivery !== 'lost',
        whenLost: { reply: { kind: 'pending' } as DataReply },
      };
      const reply = await atMostOnce(policy, at, rules, (signal) =>
        flinks.getAccountsDetail(requestId, options, signal, origin).catch(pendingIfGarbled),
      );
      return refuseTooLarge('detail', reply, carriage);
    },

    async getAccountsDetailAsync(requestId: string, origin?: SessionOrigin): Promise<DataReply> {
      return poll(async (signal) =>
        refuseTooLarge('detail', await flinks.getAccountsDetailAsync(requestId, signal, origin), carriage),
      );
    },
  };
}

/** A 200 that cannot be read says that Flinks has done the work. Another post would have it begin again. */
function pendingIfGarbled(error: unknown): DataReply {
  const garbled =
    error instanceof FlinksError && error.meaning.type === 'UnexpectedResponse' && error.meaning.transient;
  if (garbled) return { kind: 'pending' };
  throw error;
}
