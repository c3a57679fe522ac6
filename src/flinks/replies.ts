// What an answer of Flinks says to do next.
import type { z } from 'zod';
import { classify, FlinksError, isKnownCode, type FlinksCall } from './errors.js';
import type { FlinksResponse } from './http.js';
import { accountsReply, challengesReply, deletedReply, isFlinksBody, loginIdOf, sessionReply } from './schemas.js';
import type { Accounts, OpenChallenges, Session } from './schemas.js';

export type AuthorizeReply =
  | { kind: 'session'; session: Session; code?: string; stale?: true }
  | { kind: 'challenges'; open: OpenChallenges; code?: string };
export type DataReply =
  | { kind: 'accounts'; data: Accounts }
  /** Still at work. Flinks may ask for no call within `retryAfterMs`. */
  | { kind: 'pending'; code?: string; retryAfterMs?: number };

const pendingCodes = new Set(['OPERATION_PENDING', 'OPERATION_DISPATCHED']);
const successCodes = new Set(['OK', 'CREATED', 'SUCCESS']);
/** Errors of the last refresh behind which a cached session can be used (Flinks' "Errors When Calling Authorize with Cached Mode"). */
const staleCodes = new Set(['QUESTION_NOT_FOUND', 'INVALID_SECURITY_RESPONSE', 'RETRY_LATER']);

/** A code that we do not know says nothing against a 200. */
export const succeeded = ({ status, envelope: { FlinksCode } }: FlinksResponse): boolean =>
  (status === 200 || status === 201) &&
  (FlinksCode === undefined || successCodes.has(FlinksCode) || !isKnownCode(FlinksCode));

const pending = ({ status, envelope: { FlinksCode } }: FlinksResponse): boolean =>
  FlinksCode === undefined ? status === 202 : pendingCodes.has(FlinksCode);

/** What a reply of Authorize has to be about: the session that was answered in, or the login that was asked for. */
export interface Asked {
  requestId?: string;
  loginId?: string;
}

/** Reads an answer of Authorize. A 202 means that the session exists: its data calls will say when they are ready. */
export function readAuthorize(response: FlinksResponse, call: FlinksCall, asked: Asked): AuthorizeReply {
  refuseOthers(response, call, asked.requestId);
  const { status, envelope } = response;
  const code = envelope.FlinksCode;
  const withCode = code === undefined ? {} : { code };
  if (code === 'ALREADY_AUTHORIZED' && call.step === 'answer' && asked.requestId !== undefined)
    return { kind: 'session', session: { requestId: asked.requestId }, code };
  const asks = (envelope.SecurityChallenges?.length ?? 0) > 0 && envelope.RequestId !== undefined;
  const isStale =
    call.cached && status === 401 && envelope.RequestId !== undefined && code !== undefined && staleCodes.has(code);
  if (status === 203 || (asks && (isStale || succeeded(response))) || givesAnotherChance(response, call))
    return { kind: 'challenges', open: parse(challengesReply, response), ...withCode };
  if (!isStale && !succeeded(response) && !pending(response)) return refuse(response, call);
  const session = parse(sessionReply, response);
  const loginId = loginIdOf(response.json);
  if (asked.loginId !== undefined && loginId !== undefined && !isSameId(loginId, asked.loginId))
    throw unexpected(response, 'is about another login', false);
  return { kind: 'session', session, ...(isStale && { stale: true }), ...withCode };
}

/** A wrong answer is final or not by what the body holds, because Flinks' pages disagree about the code's name. */
function givesAnotherChance({ status, envelope }: FlinksResponse, call: FlinksCall): boolean {
  const code = envelope.FlinksCode;
  const meaning = classify(call, { status, code, message: envelope.Message });
  return (
    status === 401 &&
    envelope.RequestId !== undefined &&
    (envelope.SecurityChallenges?.length ?? 0) > 0 &&
    code !== 'INVALID_SECURITY_RESPONSE_NO_RETRY' &&
    (code === undefined || meaning.type === 'SecurityAnswerRejected' || meaning.type === 'UnexpectedResponse')
  );
}

/** Reads an answer of Summary, Detail or one of their Async endpoints in this session. */
export function readData(response: FlinksResponse, call: FlinksCall, requestId: string): DataReply {
  refuseOthers(response, call, requestId);
  const code = response.envelope.FlinksCode;
  const { retryAfterMs } = response;
  if (pending(response))
    return {
      kind: 'pending',
      ...(code !== undefined && { code }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  if (code === 'NO_TRANSACTION') return { kind: 'accounts', data: parse(accountsReply, withAccounts(response), true) };
  if (succeeded(response)) return { kind: 'accounts', data: parse(accountsReply, response, true) };
  return refuse(response, call);
}

/** Flinks found no transactions. The accounts may come along, or not. */
const withAccounts = (response: FlinksResponse): FlinksResponse => {
  const json = response.json as { Accounts?: unknown };
  return { ...response, json: { ...json, Accounts: Array.isArray(json.Accounts) ? json.Accounts : [] } };
};

/** Throws if a reply is not Flinks' own, or if it is about another session than the one that was asked for. */
export function refuseOthers(response: FlinksResponse, call: FlinksCall, requestId?: string): void {
  if (!isFlinksBody(response.json)) refuseGateway(response, call);
  const answered = response.envelope.RequestId;
  if (requestId !== undefined && answered !== undefined && !isSameId(answered, requestId))
    throw unexpected(response, 'is about another session', false);
}

/** Whether two ids are one. Flinks may write the letters of a GUID in either case. */
export const isSameId = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/**
 * Something between Flinks and us answered, so nobody knows what Flinks got: the reply counts as lost. Only a 4xx to a
 * first call says that the request went no further.
 */
function refuseGateway(response: FlinksResponse, call: FlinksCall): void {
  const { status, retryAfterMs } = response;
  const isFirst = call.step === 'token' || call.step === 'authorize' || call.step === 'deleteCard';
  if (status === 429 || (isFirst && status >= 400 && status < 500)) return;
  // A redirect to where people sign in, say. A token does nothing at a bank.
  if (call.step === 'token' && status >= 300 && status < 400) return;
  // Whoever said 202 of a data call, its Async endpoint knows more.
  if (status === 202 && (call.step === 'summary' || call.step === 'detail' || call.step === 'poll')) return;
  const { type } = classify(call, { status });
  throw new FlinksError(
    { type: type === 'UnexpectedResponse' ? 'FlinksUnavailable' : type, transient: true },
    'lost',
    [`Flinks gave no answer: what came was a ${status} that is not its own.`, ...notBefore(retryAfterMs)].join(' '),
    { status, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  );
}

/**
 * Whether Flinks says that it has deleted the card of a LoginId: by a status of its own, by a code, or by a sentence that
 * says so or names the LoginId. A sign-in page, a body that was cut off and a status that says otherwise do not.
 */
export function deleted(response: FlinksResponse, loginId: string): boolean {
  const { status, envelope, json } = response;
  if (status === 204) return true;
  const code = envelope.FlinksCode;
  if (status !== 200 || (code !== undefined && !successCodes.has(code))) return false;
  const { StatusCode = envelope.HttpStatusCode, Message = '' } = deletedReply.safeParse(json).data ?? {};
  if (StatusCode !== undefined) return StatusCode === 200 || StatusCode === 204;
  if (code !== undefined || /^\s*success\b/i.test(Message)) return true;
  if (Message.toLowerCase().includes(loginId.toLowerCase())) return true;
  refuseOthers(response, { step: 'deleteCard' });
  return false;
}

/** Parses the body of a success, or says which of its fields is not as the contract has it. */
export function parse<T>(schema: z.ZodType<T>, response: FlinksResponse, transient = false): T {
  try {
    return schema.parse(response.json);
  } catch (error) {
    const paths =
      error instanceof Error && 'issues' in error
        ? (error as z.ZodError).issues.map(({ path }) => path.join('.') || 'its top')
        : [];
    const fault = paths.length > 0 ? `does not fit at ${paths.slice(0, 5).join(', ')}` : 'is nested too deep';
    throw unexpected(response, fault, transient);
  }
}

/** Throws the FlinksError of an answer that is no success. */
export function refuse(response: FlinksResponse, call: FlinksCall): never {
  const { status, envelope, retryAfterMs } = response;
  const code = envelope.FlinksCode;
  const meaning = classify(call, { status, code, message: envelope.Message });
  const said = [
    `Flinks answered ${status}${code === undefined ? '' : ` ${code}`}.`,
    ...(meaning.note === undefined ? [] : [meaning.note]),
    ...notBefore(retryAfterMs),
  ];
  throw new FlinksError(meaning, 'answered', said.join(' '), {
    status,
    ...(code !== undefined && { code }),
    ...(envelope.RequestId !== undefined && { requestId: envelope.RequestId }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

const notBefore = (retryAfterMs: number | undefined): string[] =>
  retryAfterMs === undefined
    ? []
    : [`It asks for no call before ${new Date(Date.now() + retryAfterMs).toISOString()}.`];

/** The RequestId is left out: the reply may be about somebody else. */
const unexpected = ({ status }: FlinksResponse, fault: string, transient: boolean): FlinksError =>
  new FlinksError(
    { type: 'UnexpectedResponse', transient },
    'answered',
    `Flinks answered ${status} with a body that ${fault}.`,
    {
      status,
    },
  );
