// Summary and Detail: ask once, and wait if Flinks is still working.
import type { ResolvedInput } from '../contract.js';
import type { DataReply } from '../flinks/replies.js';
import { atMostOnce, catchUp, repeatable } from './calls.js';
import { runFailure } from './failures.js';
import type { Run } from './context.js';
import { pollUntilReady, type PollClock } from './polling.js';
import type { OpenedSession } from './session.js';

export type Accounts = Extract<DataReply, { kind: 'accounts' }>['data'];

/** Retrieves the list of accounts. */
export async function retrieveSummary(
  run: Run,
  input: ResolvedInput,
  session: OpenedSession,
  clock: PollClock,
): Promise<Accounts> {
  const { requestId, openedBy } = session;
  run.progress.enter('summarizing');
  const reply = await repeatable(run, 'List the accounts', ({ getAccountsSummary }, at) =>
    getAccountsSummary(requestId, at, openedBy),
  );
  const summary =
    reply.kind === 'accounts'
      ? reply.data
      : await pollUntilReady(run, input, clock, session, 'getAccountsSummaryAsync', reply);
  return ofThisLogin(session, summary);
}

/** A worker that died while Detail was under way leaves a retrieval that Flinks may still be doing: poll, do not post again. */
const whenLost: { reply: DataReply } = { reply: { kind: 'pending' } };

/** Retrieves the details of the accounts. */
export async function retrieveDetail(
  run: Run,
  input: ResolvedInput,
  session: OpenedSession,
  clock: PollClock,
): Promise<Accounts> {
  const { requestId, openedBy } = session;
  run.progress.enter('retrievingDetails');
  const reply = await atMostOnce(run, 'Ask for the details', whenLost, ({ getAccountsDetail }, at) =>
    getAccountsDetail({ requestId, options: input.details, at, openedBy }),
  );
  if (reply.kind === 'accounts') return ofThisLogin(session, reply.data);
  const accounts = await pollUntilReady(run, input, clock, session, 'getAccountsDetailAsync', reply);
  // If something else reaches the run in the task that ends it, Temporal refuses the end and has the task made again. The
  // poll would be made again with it, and the session may have ended with the details.
  await catchUp(run);
  return ofThisLogin(session, accounts);
}

/** Lets through what belongs to the login of the session. The data of another customer ends the run. */
function ofThisLogin({ requestId, loginId }: OpenedSession, accounts: Accounts): Accounts {
  const id = accounts.login?.['id'];
  if (loginId === undefined || typeof id !== 'string' || id.toLowerCase() === loginId.toLowerCase()) return accounts;
  throw runFailure('UnexpectedResponse', 'Flinks answered with the data of another login.', { requestId });
}
