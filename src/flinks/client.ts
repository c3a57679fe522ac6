// One method per Flinks endpoint. A method returns what a caller has to act on, a challenge and "still pending" among it,
// and throws a FlinksError for everything else.
import type { FlinksCall, OpenedBy } from './errors.js';
import { createFlinksHttp, type FlinksHttpOptions, type FlinksRequest } from './http.js';
import { observed, type EndedCall } from './observed.js';
import {
  deleted,
  parse,
  readAuthorize,
  readData,
  refuse,
  refuseOthers,
  succeeded,
  type Asked,
  type AuthorizeReply,
  type DataReply,
} from './replies.js';
import { tokenReply } from './schemas.js';

export interface FlinksClientOptions extends FlinksHttpOptions {
  secretKey: string;
  /** False for an older instance that has none: then none is minted, and Authorize carries none. True if it is left out. */
  authorizeTokens?: boolean;
  apiKey: string;
  /** Milliseconds until a call is given up. Flinks may hold authorize and data calls for 210 s before it says 202. */
  timeouts: { token: number; authorize: number; data: number; poll: number };
  /** Is told of every call when it has ended. It must not throw. */
  observe?: (call: EndedCall) => void;
}

/** `cached` opens a session on stored data, `live` logs in at the bank. */
export interface OpenSession {
  login: { loginId: string } | { institution: string; username: string; password: string };
  mode: 'cached' | 'live';
  save: boolean;
  language?: string | undefined;
  tag?: string | undefined;
}

export interface SecurityResponse {
  prompt: string;
  answers: string[];
}

export interface DetailOptions {
  withTransactions: boolean;
  daysOfTransactions: string;
  withAccountIdentity: boolean;
  withKyc: boolean;
  accountsFilter?: string[] | undefined;
}

/**
 * `openedBy` says how the session of a call was opened: what Flinks refuses later in it can then be told apart. A reply
 * about another session or login than the one asked for is refused as `UnexpectedResponse`.
 */
export interface FlinksClient {
  /** Mints the token of one session. Each call mints another, so it may be repeated. Empty if the instance has no tokens. */
  generateAuthorizeToken(signal?: AbortSignal): Promise<string>;
  /**
   * Opens a session. `stale` says that the last refresh failed although the session can be used: in cached mode Flinks
   * repeats the outcome of the last live attempt. A live call is a login at the bank: never send it twice unasked.
   */
  authorize(open: OpenSession, token: string, signal?: AbortSignal): Promise<AuthorizeReply>;
  /** Answers the challenges of a session, with the token that opened it. A wrong answer may count against the customer. */
  answerChallenges(
    requestId: string,
    answers: SecurityResponse[],
    token: string,
    signal?: AbortSignal,
    openedBy?: OpenedBy,
  ): Promise<AuthorizeReply>;
  getAccountsSummary(requestId: string, signal?: AbortSignal, openedBy?: OpenedBy): Promise<DataReply>;
  getAccountsSummaryAsync(requestId: string, signal?: AbortSignal, openedBy?: OpenedBy): Promise<DataReply>;
  /** Starts the retrieval. While it is pending it must not be posted again: ask `getAccountsDetailAsync`. */
  getAccountsDetail(
    requestId: string,
    options: DetailOptions,
    signal?: AbortSignal,
    openedBy?: OpenedBy,
  ): Promise<DataReply>;
  getAccountsDetailAsync(requestId: string, signal?: AbortSignal, openedBy?: OpenedBy): Promise<DataReply>;
  /** Deletes everything that Flinks stores for a LoginId. Resolves only if Flinks itself says so. */
  deleteCard(loginId: string, signal?: AbortSignal): Promise<void>;
  /** Closes idle connections. */
  close(): void;
}

export function createFlinksClient(options: FlinksClientOptions): FlinksClient {
  const { close, ...http } = createFlinksHttp(options);
  const send = options.observe ? observed(http.send, options.observe) : http.send;
  const json = { 'Content-Type': 'application/json' };
  const apiKey = { 'x-api-key': options.apiKey };
  const { timeouts } = options;

  const postAuthorize = async (
    body: unknown,
    token: string,
    call: FlinksCall,
    asked: Asked,
    signal?: AbortSignal,
  ): Promise<AuthorizeReply> => {
    const headers = { ...json, ...(token !== '' && { 'flinks-auth-key': token }) };
    const request: FlinksRequest = { method: 'POST', path: 'Authorize', headers, body, timeoutMs: timeouts.authorize };
    const freshConnection = call.step === 'answer' || !call.cached;
    return readAuthorize(await send({ ...request, requestId: asked.requestId, freshConnection, signal }), call, asked);
  };

  const post = async (
    path: string,
    call: FlinksCall,
    body: { RequestId: string; [field: string]: unknown },
    signal?: AbortSignal,
  ): Promise<DataReply> =>
    readData(
      await send({
        method: 'POST',
        path,
        headers: { ...json, ...apiKey },
        body,
        requestId: body.RequestId,
        timeoutMs: timeouts.data,
        signal,
      }),
      call,
      body.RequestId,
    );

  const poll = async (path: string, requestId: string, signal?: AbortSignal, openedBy?: OpenedBy): Promise<DataReply> =>
    readData(
      await send({
        method: 'GET',
        path: `${path}/${encodeURIComponent(requestId)}`,
        headers: apiKey,
        requestId,
        timeoutMs: timeouts.poll,
        signal,
      }),
      { step: 'poll', ...openedBy },
      requestId,
    );

  return {
    async generateAuthorizeToken(signal) {
      if (options.authorizeTokens === false) return '';
      const headers = { ...json, 'flinks-auth-key': options.secretKey };
      const path = 'GenerateAuthorizeToken';
      const response = await send({ method: 'POST', path, headers, timeoutMs: timeouts.token, signal });
      refuseOthers(response, { step: 'token' });
      return succeeded(response) ? parse(tokenReply, response).Token : refuse(response, { step: 'token' });
    },

    authorize({ login, mode, save, language, tag }, token, signal) {
      const stored = 'loginId' in login;
      const body = {
        ...(stored
          ? { LoginId: login.loginId }
          : { Institution: login.institution, Username: login.username, Password: login.password }),
        MostRecentCached: mode === 'cached',
        Save: save,
        ...(language !== undefined && { Language: language }),
        ...(tag !== undefined && { Tag: tag }),
      };
      const sent = stored ? 'loginId' : 'credentials';
      const asked = stored ? { loginId: login.loginId } : {};
      return postAuthorize(body, token, { step: 'authorize', sent, cached: mode === 'cached' }, asked, signal);
    },

    answerChallenges(requestId, answers, token, signal, openedBy) {
      const body = {
        RequestId: requestId,
        // The published exchanges all send false here, whatever mode the session was opened in.
        MostRecentCached: false,
        SecurityResponses: Object.fromEntries(answers.map(({ prompt, answers }) => [prompt, answers])),
      };
      const { loginId } = openedBy ?? {};
      const asked = { requestId, ...(loginId !== undefined && { loginId }) };
      return postAuthorize(body, token, { step: 'answer', ...openedBy }, asked, signal);
    },

    getAccountsSummary: (requestId, signal, openedBy) =>
      post(
        'GetAccountsSummary',
        { step: 'summary', ...openedBy },
        { RequestId: requestId, WithBalance: true, WithAccountIdentity: true },
        signal,
      ),
    getAccountsSummaryAsync: (...asked) => poll('GetAccountsSummaryAsync', ...asked),

    getAccountsDetail(requestId, detail, signal, openedBy) {
      const body = {
        RequestId: requestId,
        WithTransactions: detail.withTransactions,
        DaysOfTransactions: detail.daysOfTransactions,
        WithAccountIdentity: detail.withAccountIdentity,
        WithKYC: detail.withKyc,
        ...(detail.accountsFilter && { AccountsFilter: detail.accountsFilter }),
      };
      return post('GetAccountsDetail', { step: 'detail', ...openedBy }, body, signal);
    },
    getAccountsDetailAsync: (...asked) => poll('GetAccountsDetailAsync', ...asked),

    async deleteCard(loginId, signal) {
      const path = `DeleteCard/${encodeURIComponent(loginId)}`;
      const response = await send({ method: 'DELETE', path, headers: apiKey, timeoutMs: timeouts.poll, signal });
      if (!deleted(response, loginId)) refuse(response, { step: 'deleteCard' });
    },

    close,
  };
}
