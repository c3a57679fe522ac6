import { expect, test } from 'vitest';
import type { FailureType } from '../../../src/contract.js';
import { classify, type FlinksCall } from '../../../src/flinks/errors.js';

const authorize: FlinksCall = { step: 'authorize', sent: 'loginId', cached: true };

const byCode: [status: number, code: string, type: FailureType, transient: boolean][] = [
  [400, 'SESSION_NONEXISTENT', 'SessionLost', false],
  [401, 'SESSION_EXPIRED', 'SessionLost', false],
  [400, 'CARD_IN_USE', 'FlinksUnavailable', true],
  [401, 'INVALID_USERNAME', 'InvalidCredentials', false],
  [401, 'INVALID_PASSWORD', 'InvalidCredentials', false],
  [401, 'INVALID_REQUEST', 'FlinksConfiguration', false],
  [400, 'INVALID_REQUEST', 'FlinksConfiguration', false],
  [401, 'ACCESS_DENIED', 'FlinksConfiguration', false],
  [401, 'INVALID_SECURITY_RESPONSE', 'SecurityAnswerRejected', false],
  [401, 'INVALID_SECURITY_RESPONSE_NO_RETRY', 'SecurityAnswerRejected', false],
  [401, 'UNKNOWN_CHALLENGE_KEY', 'SecurityAnswerRejected', false],
  [401, 'SECURITYRESPONSES_INCOMPLETE', 'SecurityAnswerRejected', false],
  [401, 'QUESTION_NOT_FOUND', 'SecurityAnswerRejected', false],
  [401, 'RETRY_LATER', 'InstitutionUnavailable', true],
  [401, 'BANK_MAINTENANCE_RETRY_LATER', 'InstitutionUnavailable', true],
  [405, 'DISABLED_INSTITUTION', 'InstitutionUnavailable', true],
  [401, 'TOO_MANY_REQUESTS', 'RateLimited', true],
  [403, 'TOO_MANY_REQUESTS', 'RateLimited', true],
  [429, 'TOO_MANY_REQUESTS', 'RateLimited', true],
  [401, 'DISABLED_LOGIN', 'LoginRefused', false],
  [401, 'NEW_ACCOUNT', 'LoginRefused', false],
  [500, 'AGGREGATION_ERROR', 'FlinksUnavailable', true],
  [401, 'CONCURRENT_SESSION', 'FlinksUnavailable', true],
];

test.each(byCode)('%i %s means %s, transient: %s', (status, code, type, transient) => {
  expect(classify(authorize, { status, code })).toEqual({ type, transient });
});

test.each(byCode)('the code decides, not the status: %i %s in a 418', (_status, code, type, transient) => {
  expect(classify(authorize, { status: 418, code })).toEqual({ type, transient });
});

test.each([
  [{ step: 'authorize', sent: 'loginId', cached: true }, 'UnknownLogin'],
  [{ step: 'authorize', sent: 'loginId', cached: false }, 'UnknownLogin'],
  [{ step: 'authorize', sent: 'credentials', cached: false }, 'InvalidCredentials'],
  [{ step: 'deleteCard' }, 'UnknownLogin'],
] as const)('INVALID_LOGIN is about what was sent: %o means %s', (call, type) => {
  expect(classify(call, { status: 401, code: 'INVALID_LOGIN' })).toEqual({ type, transient: false });
  expect(classify(call, { status: 400, code: 'INVALID_LOGIN' })).toEqual({ type, transient: false });
});

test.each([
  'A valid flinks-auth-key is needed.',
  'The Authorize Token was used before.',
  'The secret has been revoked.',
  'TOKEN expired',
])('UNAUTHORIZED that names a token or key is worth a new token: %s', (message) => {
  const meaning = classify(authorize, { status: 401, code: 'UNAUTHORIZED', message });
  expect(meaning).toEqual({ type: 'FlinksConfiguration', transient: false, tokenRefused: true });
});

test.each([
  undefined,
  'The institution refused the connection.',
  'Call the bank about your monkey.',
  'Tokenization failed.',
])('any other UNAUTHORIZED is the refusal of the bank: %s', (message) => {
  const meaning = classify(authorize, { status: 401, code: 'UNAUTHORIZED', message });
  expect(meaning).toEqual({ type: 'LoginRefused', transient: false });
});

test('UNAUTHORIZED for the secret key is our configuration, and no other token can cure it', () => {
  for (const message of [undefined, 'A valid auth key is needed.']) {
    const meaning = classify({ step: 'token' }, { status: 401, code: 'UNAUTHORIZED', message });
    expect(meaning).toEqual({ type: 'FlinksConfiguration', transient: false });
  }
});

test.each(['SESSION_NONEXISTENT', 'SESSION_EXPIRED'])('%s in reply to an answer says that it came too late', (code) => {
  const meaning = classify({ step: 'answer' }, { status: 400, code });
  expect(meaning).toEqual({ type: 'SecurityAnswerTimedOut', transient: false });
});

test.each([
  [400, undefined, 'UnexpectedResponse', false],
  [401, undefined, 'FlinksConfiguration', false],
  [403, undefined, 'FlinksConfiguration', false],
  [404, undefined, 'FlinksConfiguration', false],
  [418, undefined, 'UnexpectedResponse', false],
  [429, undefined, 'RateLimited', true],
  [500, undefined, 'FlinksUnavailable', true],
  [502, undefined, 'FlinksUnavailable', true],
  [599, undefined, 'FlinksUnavailable', true],
  [302, undefined, 'UnexpectedResponse', false],
  [203, undefined, 'UnexpectedResponse', false],
  [400, 'BRAND_NEW', 'UnexpectedResponse', false],
  [401, 'BRAND_NEW', 'UnexpectedResponse', false],
  [404, 'BRAND_NEW', 'UnexpectedResponse', false],
  [429, 'BRAND_NEW', 'RateLimited', true],
  [500, 'BRAND_NEW', 'FlinksUnavailable', true],
  [503, 'BRAND_NEW', 'FlinksUnavailable', true],
] as const)('without a known code the status decides: %i %s means %s', (status, code, type, transient) => {
  expect(classify(authorize, { status, code })).toEqual({ type, transient });
});
