// From what Flinks answered to what it means. The FlinksCode decides and the HTTP status only where no code is known,
// because Flinks uses 401 for wrong passwords, rate limits, bank outages and dead tokens alike.
// Sources of the rows: Flinks' "Error Codes" and "Handled Errors" pages; docs/flinks.md has the table for people.
import type { FailureType } from '../contract.js';
import { ShownError } from '../contract/shown-error.js';

/** Which call failed. `answer` is the Authorize that carries security answers, `poll` one of the Async endpoints. */
export type FlinksStep = 'token' | 'authorize' | 'answer' | 'summary' | 'detail' | 'poll' | 'deleteCard';

/** How a session was opened, as far as it changes what the answers in it mean. */
export interface SessionOrigin {
  /** What was sent to log in with. */
  sent?: 'loginId' | 'credentials';
  /** The session was asked for on stored data. */
  cached?: boolean;
  /** The login whose data are asked for, if it is known. An answer about another one is none of ours. */
  loginId?: string;
}

/** What was asked, as far as it changes what an answer means. */
export interface FlinksCall extends SessionOrigin {
  step: FlinksStep;
  /** The session that was asked about. An answer about another one is none of ours. */
  requestId?: string;
}

export interface FlinksAnswer {
  status: number;
  code?: string | undefined;
  /** Flinks' own sentence. It is read here to tell two meanings of UNAUTHORIZED apart, and goes nowhere else. */
  message?: string | undefined;
}

export interface Meaning {
  type: FailureType;
  /** Whether the same call may succeed a little later. Whether it may be repeated at all is the caller's to know. */
  transient: boolean;
  /** UNAUTHORIZED that names a token or key: another authorize token may cure it, once. */
  tokenRefused?: true;
}

const final = (type: FailureType): Meaning => ({ type, transient: false });
const transient = (type: FailureType): Meaning => ({ type, transient: true });

const byCode: Record<string, Meaning> = {
  SESSION_NONEXISTENT: final('SessionLost'),
  SESSION_EXPIRED: final('SessionLost'),
  INVALID_USERNAME: final('InvalidCredentials'),
  INVALID_PASSWORD: final('InvalidCredentials'),
  INVALID_REQUEST: final('FlinksConfiguration'),
  ACCESS_DENIED: final('FlinksConfiguration'),
  INVALID_SECURITY_RESPONSE: final('SecurityAnswerRejected'),
  INVALID_SECURITY_RESPONSE_NO_RETRY: final('SecurityAnswerRejected'),
  UNKNOWN_CHALLENGE_KEY: final('SecurityAnswerRejected'),
  SECURITYRESPONSES_INCOMPLETE: final('SecurityAnswerRejected'),
  QUESTION_NOT_FOUND: final('SecurityAnswerRejected'),
  DISABLED_LOGIN: final('LoginRefused'),
  NEW_ACCOUNT: final('LoginRefused'),
  TOO_MANY_REQUESTS: transient('RateLimited'),
  RETRY_LATER: transient('InstitutionUnavailable'),
  BANK_MAINTENANCE_RETRY_LATER: transient('InstitutionUnavailable'),
  DISABLED_INSTITUTION: transient('InstitutionUnavailable'),
  AGGREGATION_ERROR: transient('FlinksUnavailable'),
  CONCURRENT_SESSION: transient('FlinksUnavailable'),
  CARD_IN_USE: transient('FlinksUnavailable'),
};

const codesOfOtherMeaning = new Set([
  'INVALID_LOGIN',
  'UNAUTHORIZED',
  'OPERATION_PENDING',
  'OPERATION_DISPATCHED',
  'OK',
  'CREATED',
]);

/** Whether a FlinksCode is one of those that Flinks documents and we act on. */
export const isKnownCode = (code: string): boolean => Object.hasOwn(byCode, code) || codesOfOtherMeaning.has(code);

/** Decides what an answer that is no success means. Pure; every answer has a meaning. */
export function classify(call: FlinksCall, { status, code, message = '' }: FlinksAnswer): Meaning {
  if (code === 'INVALID_LOGIN') return final(call.sent === 'credentials' ? 'InvalidCredentials' : 'UnknownLogin');
  if (code === 'UNAUTHORIZED') {
    // The secret key has no token in between that could be to blame.
    if (call.step === 'token') return final('FlinksConfiguration');
    return namesTokenOrKey(message) ? { ...final('FlinksConfiguration'), tokenRefused: true } : final('LoginRefused');
  }
  const known = code !== undefined && Object.hasOwn(byCode, code) ? byCode[code] : undefined;
  if (known?.type === 'SessionLost' && call.step === 'answer') return final('SecurityAnswerTimedOut');
  return known ?? byStatus(status, code);
}

function byStatus(status: number, code: string | undefined): Meaning {
  if (status >= 500) return transient('FlinksUnavailable');
  if (status === 429) return transient('RateLimited');
  // Without a code these say that the door is locked or not there: the keys, the customer id or the address are wrong.
  if (code === undefined && [401, 403, 404].includes(status)) return final('FlinksConfiguration');
  return final('UnexpectedResponse');
}

const namesTokenOrKey = (message: string): boolean => /\b(token|key|secret)\b/i.test(message);

/** Did our request reach Flinks? `unsent`: certainly not. `lost`: it may have, and no whole answer of Flinks came back. */
export type Delivery = 'answered' | 'lost' | 'unsent';

/** What may be told about a failed call. `code` is a FlinksCode: capitals, digits and underscores, nothing else. */
export interface FlinksFacts {
  status?: number;
  code?: string;
  requestId?: string;
  retryAfterMs?: number;
}

/**
 * A call to Flinks that brought no success. It is built from an allow-list: no request, no header, no body, no words of
 * Flinks, no cause, so it can be shown and stored anywhere.
 */
export class FlinksError extends ShownError {
  override readonly name = 'FlinksError';

  readonly meaning: Meaning;
  readonly delivery: Delivery;
  readonly facts: FlinksFacts;

  constructor(meaning: Meaning, delivery: Delivery, message: string, facts: FlinksFacts = {}) {
    super(message);
    this.meaning = meaning;
    this.delivery = delivery;
    this.facts = facts;
  }

  override forLog() {
    return { type: this.meaning.type, flinksCode: this.facts.code };
  }
}
