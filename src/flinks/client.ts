// One method per Flinks endpoint. A method returns what a caller has to act on, a challenge and "still pending" among it,
// and throws a FlinksError for everything else.
import type { FlinksCall, SessionOrigin } from './errors.js';
import { createFlinksHttp, type FlinksHttpOptions, type FlinksRequest } from './http.js';
import { observed, type EndedCall } from './observed.js';
import { parse, readAuthorize, readData, refuse, succeeded, type AuthorizeReply, type DataReply } from './replies.js';
import { tokenReply } from './schemas.js';

export interface FlinksClientOptions extends FlinksHttpOptions {
  secretKey: string;
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

export interface FlinksClient {
  /** Mints the token of one session. Each call mints another, so it may be repeated. */
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
    origin?: SessionOrigin,
  ): Promise<AuthorizeReply>;
  getAccountsSummary(requestId: string, signal?: AbortSignal, origin?: SessionOrigin): Promise<DataReply>;
  getAccountsSummaryAsync(requestId: string, signal?: AbortSignal, origin?: SessionOrigin): Promise<DataReply>;
  /** Starts the retrieval. While it is pending it must not be posted again: ask `getAccountsDetailAsync`. */
  getAccountsDetail(
    requestId: string,
    options: DetailOptions,
    signal?: AbortSignal,
    origin?: SessionOrigin,
  ): Promise<DataReply>;
  getAccountsDetailAsync(requestId: string, signal?: AbortSignal, origin?: SessionOrigin): Promise<DataReply>;
  /** Deletes everything that Flinks stores for a LoginId. */
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
    signal?: AbortSignal,
  ): Promise<AuthorizeReply> => {
    const headers = { ...json, 'flinks-auth-key': token };
    const request: FlinksRequest = { method: 'POST', path: 'Authorize', headers, body, timeoutMs: timeouts.authorize };
    // An answer counts at the bank as a live login does, whatever the session was opened on.
    const mayBeRepeated = call.step === 'authorize' && call.cached === true;
    const { requestId } = call;
    return readAuthorize(await send({ ...request, requestId, freshConnection: !mayBeRepeated, signal }), call);
  };

  const ask = async (request: Omit<FlinksRequest, 'requestId'>, call: FlinksCall): Promise<DataReply> =>
    readData(await send({ ...request, requestId: call.requestId }), call);

  const post = (
    path: string,
    body: { RequestId: string } & Record<string, unknown>,
    call: Omit<FlinksCall, 'requestId'>,
    signal?: AbortSignal,
  ): Promise<DataReply> =>
    ask(
      { method: 'POST', path, headers: { ...json, ...apiKey }, body, timeoutMs: timeouts.data, signal },
      { ...call, requestId: body.RequestId },
    );

  const poll = (path: string, requestId: string, signal?: AbortSignal, origin?: SessionOrigin): Promise<DataReply> =>
    ask(
      {
        method: 'GET',
        path: `${path}/${encodeURIComponent(requestId)}`,
        headers: apiKey,
        timeoutMs: timeouts.poll,
        signal,
      },
      { ...origin, step: 'poll', requestId },
    );

  return {
    async generateAuthorizeToken(signal) {
      const headers = { ...json, 'flinks-auth-key': options.secretKey };
      const path = 'GenerateAuthorizeToken';
      const response = await send({ method: 'POST', path, headers, timeoutMs: timeouts.token, signal });
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
      const origin: SessionOrigin = stored ? { sent: 'loginId', loginId: login.loginId } : { sent: 'credentials' };
      return postAuthorize(body, token, { ...origin, step: 'authorize', cached: mode === 'cached' }, signal);
    },

    answerChallenges(requestId, answers, token, signal, origin) {
      const body = {
        RequestId: requestId,
        // The published exchanges all send false here, whatever mode the session was opened in.
        MostRecentCached: false,
        SecurityResponses: Object.fromEntries(answers.map(({ prompt, answers }) => [prompt, answers])),
      };
      return postAuthorize(body, token, { ...origin, step: 'answer', requestId }, signal);
    },

    getAccountsSummary: (requestId, signal, origin) =>
      post(
        'GetAccountsSummary',
        { RequestId: requestId, WithBalance: true, WithAccountIdentity: true },
        { ...origin, step: 'summary' },
        signal,
      ),
    getAccountsSummaryAsync: (...asked) => poll('GetAccountsSummaryAsync', ...asked),

    getAccountsDetail(requestId, detail, signal, origin) {
      const body = {
        RequestId: requestId,
        WithTransactions: detail.withTransactions,
        DaysOfTransactions: detail.daysOfTransactions,
        WithAccountIdentity: detail.withAccountIdentity,
        WithKYC: detail.withKyc,
        ...(detail.accountsFilter && { AccountsFilter: detail.accountsFilter }),
      };
      return post('GetAccountsDetail', body, { ...origin, step: 'detail' }, signal);
    },
    getAccountsDetailAsync: (...asked) => poll('GetAccountsDetailAsync', ...asked),

    async deleteCard(loginId, signal) {
      const path = `DeleteCard/${encodeURIComponent(loginId)}`;
      const response = await send({ method: 'DELETE', path, headers: apiKey, timeoutMs: timeouts.poll, signal });
      if (!succeeded(response)) refuse(response, { step: 'deleteCard' });
    },

    close,
  };
}
