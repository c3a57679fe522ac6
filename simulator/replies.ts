import type { Json } from './fields.js';

/** What goes back to the client: a JSON body, or a page of HTML if a gateway would have answered. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: Json;
  html?: string;
}

export const INSTITUTION = { Institution: 'FlinksCapital', InstitutionName: 'FlinksCapital', InstitutionId: 14 };

export function success(body: Json): Reply {
  return { status: 200, body: { HttpStatusCode: 200, ...body } };
}

/** An error as Flinks words it; `more` holds the fields that only some errors carry, such as RequestId. */
export function failure(status: number, code: string, message: string, more: Json = {}): Reply {
  return { status, body: { HttpStatusCode: status, Message: message, FlinksCode: code, ...more } };
}

/** 202. The first one of an endpoint names its poll address by a template that Flinks forgot to fill in. */
export function pending(code: string, requestId: string, endpoint = '{Endpoint}'): Reply {
  return failure(202, code, MESSAGES[code] ?? 'Your operation is still processing.', {
    Links: [{ rel: 'Self', href: `/${endpoint}Async`, example: null }],
    RequestId: requestId,
  });
}

export const invalidRequest = (reason: string): Reply => failure(400, 'INVALID_REQUEST', reason);
export const sessionNonexistent = (): Reply => coded(400, 'SESSION_NONEXISTENT');
export const invalidLogin = (): Reply => coded(401, 'INVALID_LOGIN');
export const unknownKey = (): Reply => coded(401, 'UNKNOWN_CHALLENGE_KEY');
export const accessDenied = (): Reply => coded(401, 'ACCESS_DENIED');

/** The UNAUTHORIZED that names a key or token, unlike the one by which a bank refuses. */
export const badAuthKey = (what: 'secret key' | 'authorize token'): Reply =>
  failure(401, 'UNAUTHORIZED', `A valid flinks-auth-key is needed: the ${what} is missing, used, expired or wrong.`);

/** An error with the message that belongs to its code. */
export function coded(status: number, code: string, more: Json = {}): Reply {
  return failure(status, code, MESSAGES[code] ?? 'The request could not be completed.', more);
}

export function page(status: number, title: string): Reply {
  const html = `<!DOCTYPE html>\n<html><head><title>${status} ${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  return { status, html };
}

const MESSAGES: Record<string, string> = {
  ACCESS_DENIED: 'Access denied: a valid x-api-key is required.',
  AGGREGATION_ERROR: 'An unexpected error occurred during the aggregation.',
  BANK_MAINTENANCE_RETRY_LATER: 'The institution is under maintenance. Please retry later.',
  CARD_IN_USE: 'The card is being processed. Please retry later.',
  CONCURRENT_SESSION: 'Another session is open for this card.',
  DISABLED_INSTITUTION: 'The institution is currently disabled.',
  DISABLED_LOGIN: 'The institution has disabled this login.',
  INVALID_LOGIN: 'Invalid login.',
  INVALID_PASSWORD: 'Invalid password.',
  INVALID_REQUEST: 'The request is incomplete or malformed.',
  INVALID_SECURITY_RESPONSE: 'The security response is invalid.',
  INVALID_SECURITY_RESPONSE_NO_RETRY: 'The security response is invalid and cannot be given again.',
  INVALID_USERNAME: 'Invalid username.',
  METHOD_NOT_AVAILABLE: 'This method is not available for your instance.',
  NEW_ACCOUNT: 'The customer has to act on the website of the institution first.',
  OPERATION_DISPATCHED: 'Your operation was moved to a queue and is still processing.',
  OPERATION_PENDING: 'Your operation is still processing.',
  QUESTION_NOT_FOUND: 'No answer is stored for the security question.',
  RETRY_LATER: 'The institution could not be reached. Please retry later.',
  SECURITYRESPONSES_INCOMPLETE: 'Some security challenges were not answered.',
  SESSION_EXPIRED: 'The session has expired.',
  SESSION_NONEXISTENT: 'There is no session for this RequestId, or it has ended.',
  TOO_MANY_REQUESTS: 'Too many requests.',
  UNAUTHORIZED: 'The institution refused the connection. The customer has to call the bank.',
  UNKNOWN_CHALLENGE_KEY: 'An answer was given to a challenge that is not open.',
};
