import type { FlinksClient, OpenSession, SecurityResponse } from '../flinks/client.js';
import { FlinksError } from '../flinks/errors.js';
import { refuseUnfit, type SessionOpenedBy } from './fit.js';
import type { AuthorizeReply } from '../flinks/replies.js';
import { ownRunId } from './at-most-once.js';
import { refuseTooLarge, type Carriage } from './result-size.js';
import { atMostOnce, repeatable } from './calls.js';
import type { Attempt, RetryPolicy } from './retries.js';

type Cached = OpenSession & { mode: 'cached' };
type Live = OpenSession & { mode: 'live' };

/**
 * Opens a session on stored data, opens one by a live login, or answers the challenges of one. `at` says which attempt of
 * the workflow this is. What counts at the bank names the only run that may send it.
 */
export type AuthorizeRequest =
  | { open: Cached; at: Attempt }
  | { open: Live; at: Attempt; onlyInRunId: string }
  | { answer: Answer; at: Attempt; onlyInRunId: string };

export interface Answer {
  requestId: string;
  token: string;
  answers: SecurityResponse[];
  /** How the session was opened. Runs that began before it was sent have none. */
  openedBy?: SessionOpenedBy;
}

/**
 * The reply of Flinks, with what the answers to a challenge have to carry: the session's token, and the id of the run that
 * opened the session. Histories hold that id as `run`. `customer` names whose session it is: see fit.ts.
 */
export type Authorized = Opened & { run: string; customer?: string };

type Opened = AuthorizeReply & { token: string };

export const createAuthorize =
  (flinks: FlinksClient, policy: RetryPolicy, carriage?: Carriage, customer?: string) =>
  async (request: AuthorizeRequest): Promise<Authorized> => {
    if ('answer' in request) refuseUnfit(customer, request.answer.openedBy);
    const reply = await sendTo(flinks, policy, request);
    await refuseTooLarge(reply.kind, reply, carriage);
    return { ...reply, run: ownRunId(), ...(customer !== undefined && { customer }) };
  };

async function sendTo(flinks: FlinksClient, policy: RetryPolicy, request: AuthorizeRequest): Promise<Opened> {
  if ('answer' in request) return sendAnswer(flinks, policy, request.answer, request.at, request.onlyInRunId);
  if (isLive(request)) return openLive(flinks, policy, request.open, request.at, request.onlyInRunId);
  return repeatable(policy, (signal) => openCached(flinks, request.open, signal), request.at);
}

const isLive = <T extends { open: OpenSession }>(request: T): request is Extract<T, { open: Live }> =>
  request.open.mode === 'live';

async function openCached(flinks: FlinksClient, open: OpenSession, signal: AbortSignal): Promise<Opened> {
  let token = '';
  const withNewToken = async (): Promise<Opened> => {
    token = await flinks.generateAuthorizeToken(signal);
    return { ...(await flinks.authorize(open, token, signal)), token };
  };
  try {
    return await withNewToken();
  } catch (error) {
    // Whatever the words: a new token costs nothing, and a second refusal is not about the token.
    if (error instanceof FlinksError && error.meaning.tokenRefused && token !== '') return withNewToken();
    throw error;
  }
}

// A live login or an answer counts at the bank even if its reply was lost.
const whenLost = { type: 'LoginOutcomeUnknown' } as const;
const unsent = (error: FlinksError): boolean => error.delivery === 'unsent';

async function openLive(
  flinks: FlinksClient,
  policy: RetryPolicy,
  open: OpenSession,
  at: Attempt,
  onlyInRunId: string,
): Promise<Opened> {
  let reachedTheBank = false;
  const mayRepeat = (error: FlinksError): boolean => !reachedTheBank || unsent(error);
  const counts = { as: 'login', onlyInRunId } as const;
  return atMostOnce(policy, at, { mayRepeat, whenLost, counts }, async (signal) => {
    const token = await flinks.generateAuthorizeToken(signal);
    reachedTheBank = true;
    return { ...(await flinks.authorize(open, token, signal)), token };
  });
}

async function sendAnswer(
  flinks: FlinksClient,
  policy: RetryPolicy,
  { requestId, token, answers, openedBy }: Answer,
  at: Attempt,
  onlyInRunId: string,
): Promise<Opened> {
  const counts = { as: 'answer', onlyInRunId } as const;
  return atMostOnce(policy, at, { mayRepeat: unsent, whenLost, counts }, async (signal) => ({
    ...(await flinks.answerChallenges(requestId, answers, token, signal, openedBy)),
    token,
  }));
}
