import type { FlinksClient, OpenSession, SecurityResponse } from '../flinks/client.js';
import { FlinksError } from '../flinks/errors.js';
import { refuseUnfit, type SessionOpenedBy } from './fit.js';
import type { AuthorizeReply } from '../flinks/replies.js';
import { ownRunId } from './at-most-once.js';
import { refuseTooLarge, type Carriage } from './result-size.js';
import { atMostOnce, repeatable } from './calls.js';
import type { Attempt, RetryPolicy } from './retries.js';
import type { Turns } from './turns.js';

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
 * opened the session. Histories hold that id as `run`. `customer` names whose session it is, `turn` the turn of its login:
 * see fit.ts and turns.ts.
 */
export type Authorized = Opened & { run: string; customer?: string; turn?: string };

type Opened = AuthorizeReply & { token: string };

export const createAuthorize =
  (flinks: FlinksClient, policy: RetryPolicy, carriage?: Carriage, customer?: string, turns?: Turns) =>
  async (request: AuthorizeRequest): Promise<Authorized> => {
    if ('answer' in request) refuseUnfit(customer, request.answer.openedBy);
    const turn = 'answer' in request ? request.answer.openedBy?.turn : turns?.nameOf(request.open.login);
    const reply = await sendTo(flinks, policy, request, (call) => (turns && turn ? turns.take(turn, call) : call()));
    await refuseTooLarge(reply.kind, reply, carriage);
    return {
      ...reply,
      run: ownRunId(),
      ...(customer !== undefined && { customer }),
      ...(turn !== undefined && { turn }),
    };
  };

/** Makes a call while no other one that counts at the bank is under way for its login. */
type InTurn = (call: () => Promise<AuthorizeReply>) => Promise<AuthorizeReply>;

async function sendTo(
  flinks: FlinksClient,
  policy: RetryPolicy,
  request: AuthorizeRequest,
  inTurn: InTurn,
): Promise<Opened> {
  if ('answer' in request) return sendAnswer(flinks, policy, request, inTurn);
  if (isLive(request)) return openLive(flinks, policy, request, inTurn);
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
  { open, at, onlyInRunId }: Extract<AuthorizeRequest, { open: Live }>,
  inTurn: InTurn,
): Promise<Opened> {
  let reachedTheBank = false;
  const mayRepeat = (error: FlinksError): boolean => !reachedTheBank || unsent(error);
  const counts = { as: 'login', onlyInRunId } as const;
  return atMostOnce(policy, at, { mayRepeat, whenLost, counts }, async (signal, prove) => {
    const token = await flinks.generateAuthorizeToken(signal);
    const reply = await inTurn(async () => {
      await prove();
      reachedTheBank = true;
      return flinks.authorize(open, token, signal);
    });
    return { ...reply, token };
  });
}

async function sendAnswer(
  flinks: FlinksClient,
  policy: RetryPolicy,
  { answer, at, onlyInRunId }: Extract<AuthorizeRequest, { answer: Answer }>,
  inTurn: InTurn,
): Promise<Opened> {
  const { requestId, token, answers, openedBy } = answer;
  const counts = { as: 'answer', onlyInRunId } as const;
  return atMostOnce(policy, at, { mayRepeat: unsent, whenLost, counts }, async (signal, prove) => {
    const reply = await inTurn(async () => {
      await prove();
      return flinks.answerChallenges(requestId, answers, token, signal, openedBy);
    });
    return { ...reply, token };
  });
}
