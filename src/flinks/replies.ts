// What an answer of Flinks says to do next.
import type { z } from 'zod';
import { classify, FlinksError, type Delivery, type FlinksCall, type Meaning } from './errors.js';
import type { FlinksResponse } from './http.js';
import { accountsReply, challengesReply, sessionReply } from './schemas.js';
import type { Accounts, OpenChallenges, Session } from './schemas.js';

export type AuthorizeReply =
  | { kind: 'session'; session: Session; code?: string; stale?: true }
  | { kind: 'challenges'; open: OpenChallenges; code?: string };
export type DataReply = { kind: 'accounts'; data: Accounts } | { kind: 'pending'; code?: string };

const pendingCodes = new Set(['OPERATION_PENDING', 'OPERATION_DISPATCHED']);
const successCodes = new Set(['OK', 'CREATED']);
/** Errors of the last refresh behind which a cached session can be used (Flinks' "Errors When Calling Authorize with Cached Mode"). */
const staleCodes = new Set(['QUESTION_NOT_FOUND', 'INVALID_SECURITY_RESPONSE', 'RETRY_LATER']);

export const succeeded = ({ status, envelope: { FlinksCode } }: FlinksResponse): boolean =>
  (status === 200 || status === 201) && (FlinksCode === undefined || successCodes.has(FlinksCode));

const pending = ({ status, envelope: { FlinksCode } }: FlinksResponse): boolean =>
  FlinksCode === undefined ? status === 202 : pendingCodes.has(FlinksCode);

/** Reads an answer of Authorize. A 202 means that the session exists: its data calls will say when they are ready. */
export function readAuthorize(response: FlinksResponse, call: FlinksCall): AuthorizeReply {
  refuseAnothers(response, call);
  const { status, envelope } = response;
  const code = envelope.FlinksCode;
  const withCode = code === undefined ? {} : { code };
  if (status === 203) return { kind: 'challenges', open: parse(challengesReply, response), ...withCode };
  if (succeeded(response) || pending(response))
    return { kind: 'session', session: parse(sessionReply, response), ...withCode };
  if (call.cached && status === 401 && envelope.RequestId !== undefined && code !== undefined && staleCodes.has(code))
    return { kind: 'session', session: parse(sessionReply, response), stale: true, code };
  if (givesAnotherChance(response, call))
    return { kind: 'challenges', open: parse(challengesReply, response), ...withCode };
  return refuse(response, call);
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

/** Reads an answer of Summary, Detail or one of their Async endpoints. */
export function readData(response: FlinksResponse, call: FlinksCall): DataReply {
  refuseAnothers(response, call);
  const code = response.envelope.FlinksCode;
  if (pending(response)) return { kind: 'pending', ...(code !== undefined && { code }) };
  if (succeeded(response)) return { kind: 'accounts', data: parse(accountsReply, response) };
  return refuse(response, call);
}

/** Throws if a reply is about another session or another login than was asked about: it is another customer's. */
function refuseAnothers({ status, envelope: { RequestId, Login } }: FlinksResponse, call: FlinksCall): void {
  const others = [
    ...(isAnother(RequestId, call.requestId) ? ['session'] : []),
    ...(isAnother(Login?.Id, call.loginId) ? ['login'] : []),
  ];
  // Whose it is goes nowhere: not into the message, and not into the facts.
  if (others.length > 0)
    throw new FlinksError(
      { type: 'UnexpectedResponse', transient: false },
      'answered',
      `Flinks answered ${status} for another ${others.join(' and another ')} than was asked about.`,
      { status },
    );
}

/** Whether a reply names another one than was asked about. Flinks may write the letters of a GUID in either case. */
export const isAnother = (named: string | undefined, asked: string | undefined): boolean =>
  named !== undefined && asked !== undefined && named.toLowerCase() !== asked.toLowerCase();

/** Parses the body of a success, or says which of its fields is not as the contract has it. */
export function parse<T>(schema: z.ZodType<T>, response: FlinksResponse): T {
  if (!response.fromFlinks) throw failed(response, { type: 'UnexpectedResponse', transient: true });
  try {
    return schema.parse(response.json);
  } catch (error) {
    const paths =
      error instanceof Error && 'issues' in error
        ? (error as z.ZodError).issues.map(({ path }) => path.join('.') || 'its top')
        : [];
    const fault = paths.length > 0 ? `does not fit at ${paths.slice(0, 5).join(', ')}` : 'is nested too deep';
    throw failed(response, { type: 'UnexpectedResponse', transient: false }, ` with a body that ${fault}`);
  }
}

/** Throws the FlinksError of an answer that is no success. */
export function refuse(response: FlinksResponse, call: FlinksCall): never {
  const { status, envelope } = response;
  throw failed(response, classify(call, { status, code: envelope.FlinksCode, message: envelope.Message }));
}

function failed(response: FlinksResponse, meaning: Meaning, how = ''): FlinksError {
  const { status, envelope, fromFlinks, retryAfterMs } = response;
  const code = envelope.FlinksCode;
  const who = fromFlinks ? 'Flinks' : 'Something between here and Flinks';
  const said = `${who} answered ${status}${code === undefined ? '' : ` ${code}`}${how}.`;
  return new FlinksError(meaning, deliveryOf(response), said, {
    status,
    ...(code !== undefined && { code }),
    ...(envelope.RequestId !== undefined && { requestId: envelope.RequestId }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/**
 * A gateway that could not pass a request on says so by a 4xx. Behind a 5xx or a 2xx of its own Flinks may have done all of
 * the work.
 */
const deliveryOf = ({ status, fromFlinks }: FlinksResponse): Delivery =>
  fromFlinks || (status >= 300 && status < 500) ? 'answered' : 'lost';
