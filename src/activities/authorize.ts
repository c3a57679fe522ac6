import type { FlinksClient, OpenSession, SecurityResponse } from '../flinks/client.js';
import { FlinksError } from '../flinks/errors.js';
import type { AuthorizeReply } from '../flinks/replies.js';
import { refuseToRepeat, thisRun } from './at-most-once.js';
import { callCarefully, callRepeatably } from './calling.js';
import type { AsOrdinary } from './local-calls.js';
import type { Attempt, RetryPolicy } from './retries.js';

/**
 * Opens a session, or continues one with answers. `at` is for calls that the workflow repeats itself. `run` is the run
 * that may make a live login, or that opened the session to answer in: in any other, nothing is sent.
 */
export type AuthorizeRequest =
  | { open: OpenSession; at: Attempt; run?: string | undefined }
  | {
      answer: { requestId: string; token: string; answers: SecurityResponse[] };
      at: Attempt;
      run?: string | undefined;
    };

/** The reply of Flinks, with what the answers to a challenge have to carry: the session's token, and who opened it. */
export type Authorized = Opened & { run?: string | undefined };

type Opened = AuthorizeReply & { token: string };

export const createAuthorize =
  (flinks: FlinksClient, policy: RetryPolicy) =>
  async (request: AuthorizeRequest): Promise<Authorized | AsOrdinary> => {
    const opened = await sendTo(flinks, policy, request);
    return opened.kind === 'asOrdinary' ? opened : { ...opened, run: thisRun() };
  };

async function sendTo(
  flinks: FlinksClient,
  policy: RetryPolicy,
  request: AuthorizeRequest,
): Promise<Opened | AsOrdinary> {
  if ('open' in request && request.open.mode === 'cached')
    return callRepeatably(policy, (signal) => openCached(flinks, request.open, signal), request.at);
  refuseToRepeat('open' in request ? 'login' : 'answer', request.run);
  if ('open' in request) return openLive(flinks, policy, request.open, request.at);
  const { requestId, token, answers } = request.answer;
  return callCarefully(policy, request.at, { mayRepeat: unsent, whenLost }, async (signal) => ({
    ...(await flinks.answerChallenges(requestId, answers, token, signal)),
    token,
  }));
}

// A live login or an answer counts at the bank even where its reply was lost.
const whenLost = { type: 'LoginOutcomeUnknown' } as const;
const unsent = (error: FlinksError): boolean => error.delivery === 'unsent';

async function openCached(flinks: FlinksClient, open: OpenSession, signal: AbortSignal): Promise<Opened> {
  const withNewToken = async (): Promise<Opened> => {
    const token = await flinks.generateAuthorizeToken(signal);
    return { ...(await flinks.authorize(open, token, signal)), token };
  };
  try {
    return await withNewToken();
  } catch (error) {
    // A refused token is worth one more. A second refusal is about our keys.
    if (error instanceof FlinksError && error.meaning.tokenRefused) return withNewToken();
    throw error;
  }
}

async function openLive(flinks: FlinksClient, policy: RetryPolicy, open: OpenSession, at: Attempt): Promise<Opened> {
  let reachedTheBank = false;
  const mayRepeat = (error: FlinksError): boolean => !reachedTheBank || unsent(error);
  return callCarefully(policy, at, { mayRepeat, whenLost }, async (signal) => {
    const token = await flinks.generateAuthorizeToken(signal);
    reachedTheBank = true;
    return { ...(await flinks.authorize(open, token, signal)), token };
  });
}
