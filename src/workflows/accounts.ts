// Summary and Detail: ask once, and wait where Flinks is still working.
import { ActivityFailure, isCancellation } from '@temporalio/workflow';
import type { ResolvedInput } from '../contract.js';
import type { DataReply } from '../flinks/replies.js';
import { once, readable, repeatable, repeatWhereHarmless } from './calls.js';
import { failureOf, reported } from './failures.js';
import { pollUntilReady, type PollClock } from './polling.js';
import type { Run } from './run.js';

export type Accounts = Extract<DataReply, { kind: 'accounts' }>['data'];

export async function getAccountsSummary(
  run: Run,
  input: ResolvedInput,
  requestId: string,
  clock: PollClock,
): Promise<Accounts> {
  run.progress.enter('summarizing');
  const reply = await noting(run, requestId, () => repeatable('List the accounts').getAccountsSummary(requestId));
  return reply.kind === 'accounts'
    ? reply.data
    : pollUntilReady(run, input, clock, requestId, 'getAccountsSummaryAsync');
}

export async function getAccountsDetail(
  run: Run,
  input: ResolvedInput,
  requestId: string,
  clock: PollClock,
): Promise<Accounts> {
  run.progress.enter('retrievingDetails');
  const reply = await noting(run, requestId, () =>
    repeatWhereHarmless((at) => postDetail({ requestId, options: input.details, at })),
  );
  return reply.kind === 'accounts'
    ? reply.data
    : pollUntilReady(run, input, clock, requestId, 'getAccountsDetailAsync');
}

const { getAccountsDetail: postOnce } = once('Ask for the details');

/** A worker that died while Detail was under way leaves a retrieval that Flinks may still be doing: ask, do not post again. */
async function postDetail(request: Parameters<typeof postOnce>[0]): Promise<DataReply> {
  try {
    return await postOnce(request);
  } catch (error) {
    if (error instanceof ActivityFailure && !isCancellation(error) && !reported(error)) return { kind: 'pending' };
    throw error;
  }
}

async function noting({ progress }: Run, requestId: string, ask: () => Promise<DataReply>): Promise<DataReply> {
  try {
    const reply = readable(await ask());
    if (reply.kind === 'pending' && reply.code !== undefined) progress.learn({ lastFlinksCode: reply.code });
    return reply;
  } catch (error) {
    throw failureOf(error, 'FlinksUnavailable', requestId);
  }
}
