// Summary and Detail: ask once, and wait where Flinks is still working.
import { ActivityFailure, isCancellation } from '@temporalio/workflow';
import type { DetailRequest } from '../activities/accounts.js';
import type { AsOrdinary } from '../activities/local-calls.js';
import type { ResolvedInput } from '../contract.js';
import type { DataReply } from '../flinks/replies.js';
import { inNewTask, once, readable, repeatWhereHarmless } from './calls.js';
import { failureOf, reported } from './failures.js';
import { shortly } from './local-calls.js';
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
  const reply = await noting(run, requestId, () =>
    shortly(run, 'List the accounts', (calls, at) => calls.getAccountsSummary(requestId, at)),
  );
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
    repeatWhereHarmless(run, (at) => postDetail(run, { requestId, options: input.details, at })),
  );
  if (reply.kind === 'accounts') return reply.data;
  const accounts = await pollUntilReady(run, input, clock, requestId, 'getAccountsDetailAsync');
  // The end of a run is refused where something else reaches it in the same task, which is then done again: and a session
  // may have ended with its details.
  await inNewTask(run);
  return accounts;
}

/** A worker that died while Detail was under way leaves a retrieval that Flinks may still be doing: ask, do not post again. */
async function postDetail(run: Run, request: DetailRequest): Promise<DataReply> {
  try {
    return await once(run, 'Ask for the details').getAccountsDetail(request);
  } catch (error) {
    if (error instanceof ActivityFailure && !isCancellation(error) && !reported(error)) return { kind: 'pending' };
    throw error;
  }
}

async function noting(
  { progress }: Run,
  requestId: string,
  ask: () => Promise<DataReply | AsOrdinary>,
): Promise<DataReply> {
  try {
    const reply = readable(await ask());
    if (reply.kind === 'pending' && reply.code !== undefined) progress.learn({ lastFlinksCode: reply.code });
    return reply;
  } catch (error) {
    throw failureOf(error, 'FlinksUnavailable', requestId);
  }
}
