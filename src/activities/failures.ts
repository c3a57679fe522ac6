// Flinks' refusals in Temporal's words: what the run, and the operator who reads it, may know of them.
import { ApplicationFailure } from '@temporalio/common';
import type { FailureType } from '../contract.js';
import type { FlinksError } from '../flinks/errors.js';

/** The details that a failed activity hands to the workflow. */
export interface FailureDetails {
  flinksCode?: string;
  httpStatus?: number;
  requestId?: string;
  /** Whether Flinks gave a whole answer. */
  answered: boolean;
  /** Whether the same call may succeed a little later. */
  transient: boolean;
  /** The workflow may send this call again after so many milliseconds, although Temporal must not. */
  retryInMs?: number;
}

/** What a person does next. */
const nextStep: Record<FailureType, string> = {
  InvalidInput: 'Correct the input and start again.',
  UnknownLogin:
    'Flinks does not know this LoginId for this customer: check FLINKS_CUSTOMER_ID and whether the card was deleted.',
  InvalidCredentials: 'Ask the customer for the right credentials; more attempts with these may lock the account.',
  LoginRefused:
    'The customer has to act at the bank: the login is frozen or disabled, or something waits to be accepted there.',
  LoginOutcomeUnknown:
    'The bank may have seen this. Look for its message, or start again in cached mode, before another live login.',
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

/** How a failed call goes on: Temporal repeats it, the workflow may, or nobody. */
export type Repeat = { by: 'temporal' | 'workflow'; inMs: number } | undefined;

/** Builds the failure of an activity from an error of the Flinks client. `type` overrides what the error alone means. */
export function activityFailure(
  error: FlinksError,
  repeat: Repeat,
  type: FailureType = error.meaning.type,
): ApplicationFailure {
  const { code, status, requestId } = error.facts;
  const details: FailureDetails = {
    ...(code !== undefined && { flinksCode: code }),
    ...(status !== undefined && { httpStatus: status }),
    ...(requestId !== undefined && { requestId }),
    answered: error.delivery === 'answered',
    transient: error.meaning.transient,
    ...(repeat?.by === 'workflow' && { retryInMs: repeat.inMs }),
  };
  return ApplicationFailure.create({
    type,
    message: `${error.message} ${nextStep[type]}`,
    nonRetryable: repeat?.by !== 'temporal',
    ...(repeat?.by === 'temporal' && { nextRetryDelay: repeat.inMs }),
    details: [details],
  });
}
