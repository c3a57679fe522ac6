import type { FlinksClient, OpenSession, SecurityResponse } from '../flinks/client.js';
import { FlinksError } from '../flinks/errors.js';
import type { AuthorizeReply } from '../flinks/replies.js';
import { callCarefully, callRepeatably } from './calling.js';
import type { Attempt, RetryPolicy } from './retries.js';

/** Opens a session, or continues one with answers. `at` is for calls that the workflow repeats itself. */
export type AuthorizeRequest =
  | { open: OpenSession; at: Attempt }
  | { answer: { requestId: string; token: string; answers: SecurityResponse[] }; at: Attempt };

/** The reply of Flinks and the token of its session, which the answers to a challenge have to carry again. */
export type Authorized = AuthorizeReply & { token: string };

export const createAuthorize =
  (flinks: FlinksClient, policy: RetryPolicy) =>
  async (request: AuthorizeRequest): Promise<Authorized> => {
    if ('answer' in request) {
      const { requestId, token, answers } = request.answer;
      return callCarefully(policy, request.at, { mayRepeat: unsent, whenLost }, async (signal) => ({
        ...(await flinks.answerChallenges(requestId, answers, token, signal)),
        token,
      }));
    }
    return request.open.mode === 'cached'
      ? callRepeatably(policy, (signal) => openCached(flinks, request.open, signal))
      : openLive(flinks, policy, request.open, request.at);
  };

// A live login or an answer counts at the bank even where its reply was lost.
const whenLost = { type: 'LoginOutcomeUnknown' } as const;
const unsent = (error: FlinksError): boolean => error.delivery === 'unsent';

async function openCached(flinks: FlinksClient, open: OpenSession, signal: AbortSignal): Promise<Authorized> {
  const withNewToken = async (): Promise<Authorized> => {
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

async function openLive(
  flinks: FlinksClient,
  policy: RetryPolicy,
  open: OpenSession,
  at: Attempt,
): Promise<Authorized> {
  let reachedTheBank = false;
  const mayRepeat = (error: FlinksError): boolean => !reachedTheBank || unsent(error);
  return callCarefully(policy, at, { mayRepeat, whenLost }, async (signal) => {
    const token = await flinks.generateAuthorizeToken(signal);
    reachedTheBank = true;
    return { ...(await flinks.authorize(open, token, signal)), token };
  });
}
