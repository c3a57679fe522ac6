// What a person does about a failed run. It ends every failure's message, so that nobody has to look it up at night.
import type { FailureType } from '../contract.js';

export const nextStep: Record<FailureType, string> = {
  InvalidInput: 'Correct the input and start again.',
  UnknownLogin:
    'Flinks does not know this LoginId for this customer: check FLINKS_CUSTOMER_ID and whether the card was deleted.',
  InvalidCredentials: 'Ask the customer for the right credentials; more attempts with these may lock the account.',
  LoginRefused:
    'The customer has to act at the bank: the login is frozen or disabled, or something waits to be accepted there.',
  LoginOutcomeUnknown: 'The bank may have seen this. Look for its message, or start again in cached mode.',
  SecurityAnswerRejected: 'Ask the customer, then start again in live mode with the right answer.',
  SecurityAnswerTimedOut: 'The session ended before the answer reached Flinks. Start again and answer sooner.',
  TooManyChallengeRounds: 'The bank kept asking. Start again, or raise maxChallengeRounds.',
  UnsupportedChallenge: 'This challenge cannot be answered here. Hand the customer over to Flinks Connect.',
  SessionLost: 'The session is gone. Start again; onSessionLost says whether a run opens a new one by itself.',
  PendingTooLong: 'Contact Flinks support with the RequestId.',
  RateLimited: 'Flinks limits our calls. Start again later and run fewer at once.',
  InstitutionUnavailable: 'The bank cannot be reached through Flinks at present. Start again later.',
  FlinksUnavailable: 'Start again later; if it lasts, check the network and ask Flinks support.',
  FlinksConfiguration:
    'Check FLINKS_BASE_URL, FLINKS_CUSTOMER_ID, FLINKS_SECRET_KEY and FLINKS_API_KEY, or ask Flinks support.',
  UnexpectedResponse: 'Flinks answered something that this version does not know. Ask Flinks support what has changed.',
  ResponseTooLarge: 'Ask for fewer accounts or days.',
};
