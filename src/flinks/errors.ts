// From what Flinks answered to what it means. The FlinksCode decides and the HTTP status only where no code is known,
// because Flinks uses 401 for wrong passwords, rate limits, bank outages and dead tokens alike.
// Sources of the rows: Flinks' "Error Codes" and "Handled Errors" pages; docs/flinks.md has the table for people.
import type { FailureType } from '../contract.js';
import { ShownError } from '../contract/shown-error.js';

/** Which call failed. `answer` is the Authorize that carries security answers, `poll` one of the Async endpoints. */
export type FlinksStep = 'token' | 'authorize' | 'answer' | 'summary' | 'detail' | 'poll' | 'deleteCard';

/** How a session was opened. It changes what Flinks' answers in that session mean. */
export interface OpenedBy {
  sent: 'loginId' | 'credentials';
  /** On stored data. */
  cached: boolean;
  /** The login that was asked for. */
  loginId?: string;
}

/** What was asked, as far as it changes what an answer means. The steps of a session say how it was opened. */
export interface FlinksCall extends Partial<OpenedBy> {
  step: FlinksStep;
}

/** The calls in a session that is open. */
const inSession = new Set<FlinksStep>(['summary', 'detail', 'poll']);

export interface FlinksAnswer {
  status: number;
  code?: string | undefined;
  /** Flinks' own sentence. It is read here to tell the meanings of one code apart, and goes nowhere else. */
  message?: string | undefined;
}

export interface Meaning {
  type: FailureType;
  /** Whether the same call may succeed a little later. Whether it may be repeated at all is the caller's to know. */
  transient: boolean;
  /** UNAUTHORIZED to a session on stored data: another authorize token may cure it, once. */
  tokenRefused?: true;
  /** What a reader should know beside the type. */
  note?: string;
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
  METHOD_NOT_AVAILABLE: final('FlinksConfiguration'),
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
  'SUCCESS',
  'ALREADY_AUTHORIZED',
  'NO_TRANSACTION',
]);

/** Whether a FlinksCode is one of those that Flinks documents and we act on. */
export const isKnownCode = (code: string): boolean => Object.hasOwn(byCode, code) || codesOfOtherMeaning.has(code);

/** Decides what an answer that is no success means. Pure; every answer has a meaning. */
export function classify(call: FlinksCall, { status, code, message = '' }: FlinksAnswer): Meaning {
  if (code === 'INVALID_LOGIN') return invalidLogin(call, message);
  if (code === 'UNAUTHORIZED') return unauthorized(call, message);
  const known = code !== undefined && Object.hasOwn(byCode, code) ? byCode[code] : undefined;
  if (known?.type === 'SessionLost' && call.step === 'answer') return final('SecurityAnswerTimedOut');
  return known ?? byStatus(call, status, code);
}

function byStatus({ step }: FlinksCall, status: number, code: string | undefined): Meaning {
  if (status >= 500) return transient('FlinksUnavailable');
  if (status === 429) return transient('RateLimited');
  // Without a code these say that the door is locked or not there: the keys, the customer id or the address are wrong.
  // A session in which one call succeeded has been through that door: there 403 and 404 pass.
  if (code === undefined && [401, 403, 404].includes(status))
    return { ...final('FlinksConfiguration'), transient: inSession.has(step) && status !== 401 };
  return final('UnexpectedResponse');
}

/**
 * Flinks says INVALID_LOGIN of a LoginId that it does not know and of a password that the bank refused, also of the one
 * that it stores for a LoginId. In a session that is open the LoginId was known.
 */
function invalidLogin({ step, sent, cached }: FlinksCall, message: string): Meaning {
  if (sent === 'credentials') return final('InvalidCredentials');
  const stale = {
    ...final('InvalidCredentials'),
    note: 'The password that Flinks stores for this LoginId may be out of date.',
  };
  if (namesPassword(message)) return stale;
  if (step !== 'authorize') return step === 'deleteCard' ? final('UnknownLogin') : stale;
  return cached === false && !namesLoginId(message)
    ? { ...final('UnknownLogin'), note: 'Or the password that Flinks stores for it is out of date.' }
    : final('UnknownLogin');
}

const namesPassword = (message: string): boolean =>
  /pass\s?(word|phrase)|user\s?name|credential|mot de passe|identifiant/i.test(message);
const namesLoginId = (message: string): boolean => /login\s?id|card/i.test(message);

/**
 * Flinks says UNAUTHORIZED of its tokens and keys, of a bank that refused the customer, and of a data call in a session
 * that is not authorized. The last is told by the call, the others by the words.
 */
function unauthorized({ step, cached }: FlinksCall, message: string): Meaning {
  // The secret key has no token in between that could be to blame.
  if (step === 'token' || step === 'deleteCard') return final('FlinksConfiguration');
  if (inSession.has(step)) return final('SessionLost');
  const meaning = final(namesOurToken(message) ? 'FlinksConfiguration' : 'LoginRefused');
  return cached && step === 'authorize' ? { ...meaning, tokenRefused: true } : meaning;
}

/** Whether a sentence is about a token or key of ours, and not about what a bank hands out to its customers. */
function namesOurToken(message: string): boolean {
  // Names such as `authorizeToken` and `x-api-key` are words of their own here, and é is one letter.
  const words = message
    .normalize('NFC')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/[_-]+/g, ' ');
  if (ofFlinks.test(words)) return true;
  return anyToken.test(words.replace(ofTheBank, '')) && !aboutTheBank.test(words);
}
// English and French.
const ofFlinks =
  /\b(auth|authori[sz]e|authori[sz]ation|api|flinks) ?(tokens?|keys?)\b|\b(jetons?|clés?|clefs?) (d.autori[sz]ation|d.api|api)(?!\p{L})/iu;
const anyToken = /(?<!\p{L})(tokens?|jetons?|secret|keys?|clés?|clefs?)(?!\p{L})/iu;
const ofTheBank =
  /(security|hardware|physical|bank(ing)?('s)?|one time|rsa|soft(ware)?|hard|digital|mobile|device|otp) (tokens?|keys?|codes?)|secret (questions?|answers?|codes?|words?|phrases?)|(jetons?|clés?|clefs?|codes?) (de (la |votre )?(sécurité|banque)|bancaires?)|(questions?|codes?|réponses?|mots?) secr[eè]te?s?/giu;
const aboutTheBank = /(?<!\p{L})(bank|bank's|banks|institution|institution's|banque|institutions)(?!\p{L})/iu;

/** Did our request reach Flinks? `unsent`: certainly not. `lost`: it may have, and no whole answer came back. */
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
