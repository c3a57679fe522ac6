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
  [401, 'METHOD_NOT_AVAILABLE', 'FlinksConfiguration', false],
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
  [{ step: 'authorize', sent: 'loginId', cached: true }, undefined, 'UnknownLogin'],
  [
    { step: 'authorize', sent: 'loginId', cached: true },
    'Your username or password is invalid.',
    'InvalidCredentials',
    /stores/,
  ],
  [{ step: 'authorize', sent: 'loginId', cached: false }, undefined, 'UnknownLogin', /out of date/],
  [{ step: 'authorize', sent: 'loginId', cached: false }, 'This LoginId does not exist.', 'UnknownLogin'],
  [
    { step: 'authorize', sent: 'loginId', cached: false },
    'Le mot de passe est invalide.',
    'InvalidCredentials',
    /stores/,
  ],
  [{ step: 'authorize', sent: 'credentials', cached: false }, undefined, 'InvalidCredentials'],
  [{ step: 'authorize', sent: 'credentials', cached: false }, 'This LoginId does not exist.', 'InvalidCredentials'],
  [{ step: 'answer', sent: 'credentials', cached: false }, 'Invalid username or password.', 'InvalidCredentials'],
  [{ step: 'poll', sent: 'credentials', cached: false }, undefined, 'InvalidCredentials'],
  [{ step: 'answer', sent: 'loginId', cached: false }, undefined, 'InvalidCredentials', /stores/],
  [{ step: 'summary', sent: 'loginId', cached: true }, undefined, 'InvalidCredentials', /stores/],
  [{ step: 'deleteCard' }, undefined, 'UnknownLogin'],
] as const)(
  'INVALID_LOGIN follows from how the session was opened and from its words: %o, %s, means %s',
  (call, message, type, note?) => {
    for (const status of [400, 401]) {
      const meaning = classify(call, { status, code: 'INVALID_LOGIN', message });
      expect(meaning).toMatchObject({ type, transient: false });
      expect(meaning.note ?? '').toMatch(note ?? /^$/);
    }
  },
);

test.each([
  'A valid flinks-auth-key is needed.',
  'The Authorize Token was used before.',
  'The secret has been revoked.',
  'TOKEN expired',
  'The authorizeToken has expired.',
  'Tokens may be used once.',
  'x-api-key is missing',
  'The secret key is not valid.',
  'Le jeton d’autorisation n’est pas valide.',
  'La clé d’authentification est requise.',
  'The secretKey is wrong.',
  'authorizationKey missing',
  'AuthKey is not valid.',
  'tokenId expired',
  'flinks_auth_key is wrong',
  'The institution was asked with an authorize token that was used before.',
  'Le jeton d’autorisation a expire\u0301.',
  'Cle\u0301 d’API invalide.',
])('UNAUTHORIZED that names a token or key is our configuration: %s', (message) => {
  const answer = { status: 401, code: 'UNAUTHORIZED', message };
  const meaning = { type: 'FlinksConfiguration', transient: false };
  expect(classify(authorize, answer)).toEqual({ ...meaning, tokenRefused: true });
  expect(classify({ ...authorize, cached: false }, answer)).toEqual(meaning);
  expect(classify({ step: 'answer' }, answer)).toEqual(meaning);
});

test.each([
  undefined,
  'The institution refused the connection.',
  'Call the bank about your monkey.',
  'Tokenization failed.',
  'Your bank asks for the code of your security token.',
  'Enter the number of your RSA token at the bank.',
  'The secret question was not answered.',
  'La banque demande votre jeton de sécurité.',
  'Connexion refusée par la banque.',
  'The bank did not accept the token of the customer.',
  'Your soft token has expired.',
  'Digital token required by the institution.',
  'The secret word is wrong.',
  'Le jeton de se\u0301curite\u0301 est refuse\u0301.',
])('any other UNAUTHORIZED is the refusal of the bank, and worth a new token in cached mode: %s', (message) => {
  const answer = { status: 401, code: 'UNAUTHORIZED', message };
  const meaning = { type: 'LoginRefused', transient: false };
  expect(classify(authorize, answer)).toEqual({ ...meaning, tokenRefused: true });
  expect(classify({ ...authorize, cached: false }, answer)).toEqual(meaning);
  expect(classify({ step: 'answer' }, answer)).toEqual(meaning);
});

test.each(['summary', 'detail', 'poll'] as const)(
  'UNAUTHORIZED to a %s says that the session is not authorized',
  (step) => {
    for (const message of [undefined, 'A valid token is needed.', 'The bank refused.'])
      expect(classify({ step }, { status: 401, code: 'UNAUTHORIZED', message })).toEqual({
        type: 'SessionLost',
        transient: false,
      });
  },
);

test.each([
  ['authorize', false],
  ['token', false],
  ['summary', true],
  ['detail', true],
  ['poll', true],
] as const)('403 and 404 are our configuration, at %s passing: %s', (step, transient) => {
  for (const status of [403, 404])
    expect(classify({ step }, { status })).toEqual({ type: 'FlinksConfiguration', transient });
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
