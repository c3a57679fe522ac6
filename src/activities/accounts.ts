import { Context } from '@temporalio/activity';
import type { DetailOptions, FlinksClient } from '../flinks/client.js';
import { FlinksError } from '../flinks/errors.js';
import type { DataReply } from '../flinks/replies.js';
import { callCarefully, callOnce, callRepeatably } from './calling.js';
import type { AsOrdinary } from './local-calls.js';
import { refuseTooLarge, type Carriage } from './result-size.js';
import type { Attempt, RetryPolicy } from './retries.js';

export interface DetailRequest {
  requestId: string;
  options: DetailOptions;
  at: Attempt;
}

export function createAccountActivities(flinks: FlinksClient, policy: RetryPolicy, carriage?: Carriage) {
  return {
    async getAccountsSummary(requestId: string, at?: Attempt): Promise<DataReply | AsOrdinary> {
      const reply = await callRepeatably(policy, (signal) => flinks.getAccountsSummary(requestId, signal), at);
      return refuseTooLarge('summary', reply, carriage);
    },

    async getAccountsSummaryAsync(requestId: string): Promise<PollReply> {
      const reply = await callOnce((signal) => flinks.getAccountsSummaryAsync(requestId, signal));
      return withoutTheUsual(await refuseTooLarge('summary', reply, carriage));
    },

    /**
     * Detail is not posted again once it may be running at Flinks: a second post on the same accounts makes both pend.
     * Where its answer is lost or garbled the Async endpoint has the data, so that counts as pending.
     */
    async getAccountsDetail({ requestId, options, at }: DetailRequest): Promise<DataReply> {
      const rules = {
        mayRepeat: ({ delivery }: { delivery: string }) => delivery !== 'lost',
        whenLost: { reply: { kind: 'pending' } as DataReply },
      };
      const reply = await callCarefully(policy, at, rules, (signal) =>
        flinks.getAccountsDetail(requestId, options, signal).catch(pendingWhereGarbled),
      );
      return refuseTooLarge('detail', reply, carriage);
    },

    async getAccountsDetailAsync(requestId: string): Promise<PollReply> {
      const reply = await callOnce((signal) => flinks.getAccountsDetailAsync(requestId, signal));
      return withoutTheUsual(await refuseTooLarge('detail', reply, carriage));
    },
  };
}

/** Undefined, of a local activity, is the usual 202 with OPERATION_PENDING: sixty of them would fill a history. */
export type PollReply = DataReply | AsOrdinary | undefined;

/** Not of an ordinary activity: that may be asked by the workflow of another version of this product. */
const withoutTheUsual = (reply: DataReply | AsOrdinary): PollReply =>
  Context.current().info.isLocal && reply.kind === 'pending' && reply.code === 'OPERATION_PENDING' ? undefined : reply;

/** A 200 that cannot be read says that Flinks has done the work, and a mere retry would have it begin again. */
function pendingWhereGarbled(error: unknown): DataReply {
  const garbled =
    error instanceof FlinksError && error.meaning.type === 'UnexpectedResponse' && error.meaning.transient;
  if (garbled) return { kind: 'pending' };
  throw error;
}
