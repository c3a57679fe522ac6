// The story of a run, from a LoginId to accounts.
import type { Account, ResolvedInput, RetrieveAccountDetailsResult } from '../contract.js';
import { isNeverRefreshed, refreshedAt } from '../contract/freshness.js';
import { inputMessage, parseInput } from '../contract/input.js';
import { retrieveDetail, retrieveSummary, type Accounts } from './accounts.js';
import { isSessionLost, runFailure } from './failures.js';
import type { PollClock } from './polling.js';
import { holdOwnId } from './own-id.js';
import { runToItsEnd, type RunOptions } from './run.js';
import { openSession, type OpenedSession } from './session.js';
import { orUndecodable } from './unread.js';

/** Retrieves the account details of one login, however long the bank, the customer or Flinks take. */
export const runRetrieval = (payload: unknown, options: RunOptions): Promise<RetrieveAccountDetailsResult> =>
  runToItsEnd(options, async (run) => {
    const input = readInput(payload);
    await holdOwnId(run, input);
    const clocks: Record<'summary' | 'detail', PollClock> = { summary: {}, detail: {} };
    let session = await openSession(run, input, input.login, input.mode);
    let reopened = false;

    /** Takes a step in the session. If the session is lost, opens a second one and takes the step there: once in a run, and only if the caller allows it. */
    async function inSessionOrNewOne(step: (session: OpenedSession) => Promise<Accounts>): Promise<Accounts> {
      try {
        return await step(session);
      } catch (error) {
        const way = reopened || !isSessionLost(error) ? undefined : wayBack(input, session);
        if (!way) throw error;
        reopened = true;
        session = await openSession(run, input, way.login, way.mode);
        return await step(session);
      }
    }

    const summary = await inSessionOrNewOne((opened) => retrieveSummary(run, input, opened, clocks.summary));
    const detail = await inSessionOrNewOne((opened) => retrieveDetail(run, input, opened, clocks.detail));
    return resultOf(input, session, summary, detail, run.progress.current);
  });

function readInput(payload: unknown): ResolvedInput {
  const read = parseInput(orUndecodable('input', payload));
  if ('input' in read) return read.input;
  throw runFailure('InvalidInput', inputMessage(read.problems), { fields: read.problems.map(({ field }) => field) });
}

/** How a new session may be opened when one was lost. A login by credentials goes back by the LoginId it was given. */
function wayBack({ onSessionLost, login }: ResolvedInput, lost: OpenedSession) {
  if (onSessionLost === 'fail') return undefined;
  if (onSessionLost === 'live' || 'loginId' in login) return { login, mode: onSessionLost };
  const loginId = lost.login?.['id'];
  return typeof loginId === 'string' ? { login: { loginId }, mode: onSessionLost } : undefined;
}

function resultOf(
  { details }: ResolvedInput,
  session: OpenedSession,
  summary: Accounts,
  detail: Accounts,
  { polls, round }: { polls: number; round: number },
): RetrieveAccountDetailsResult {
  const login = detail.login ?? summary.login ?? session.login;
  const lastRefresh = login?.['lastRefresh'];
  const lastRefreshAt = refreshedAt(lastRefresh);
  const hasTransactions = detail.accounts.some(
    ({ transactions }) => Array.isArray(transactions) && transactions.length > 0,
  );
  return {
    // First, so that no field of Flinks takes the place of one of the contract's.
    ...detail.rest,
    ...aboutLogin(session),
    ...aboutLogin(summary),
    ...aboutLogin(detail),
    requestId: session.requestId,
    ...(login !== undefined && { login }),
    summary: asAccounts(summary),
    accounts: asAccounts(detail),
    freshness: {
      ...(typeof lastRefresh === 'string' && { lastRefresh }),
      ...(lastRefreshAt !== undefined && { lastRefreshAt }),
      cached: session.openedBy.cached,
      // Freshly linked accounts can answer before their history is there.
      complete: !session.stale && !isNeverRefreshed(lastRefresh) && (hasTransactions || !details.withTransactions),
    },
    polls,
    challengeRounds: round,
  };
}

/** What an envelope says of the institution, and the tag. Runs that began before these were kept have `institution` only. */
const aboutLogin = ({ institution, institutionId, institutionName, tag }: OpenedSession | Accounts) => ({
  ...(institution !== undefined && { institution }),
  ...(institutionId !== undefined && { institutionId }),
  ...(institutionName !== undefined && { institutionName }),
  ...(tag !== undefined && { tag }),
});

/** Flinks' word is taken for the types of their fields. */
const asAccounts = ({ accounts }: Accounts): Account[] => accounts as Account[];
