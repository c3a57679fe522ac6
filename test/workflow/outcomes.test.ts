import { expect, test } from 'vitest';
import { failureTypes, type FailureType, type RetrieveAccountDetailsInput } from '../../src/contract.js';
import { nextStep } from '../../src/workflows/next-step.js';
import type { Retrieval } from '../support/retrieval.js';
import { retryPolicy, workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();

type Requests = Record<string, number>;
type Input = Partial<RetrieveAccountDetailsInput>;
const login = { GenerateAuthorizeToken: 1, Authorize: 1 };
const loginRepeated = { GenerateAuthorizeToken: retryPolicy.maximumAttempts, Authorize: retryPolicy.maximumAttempts };
const answered = { GenerateAuthorizeToken: 1, Authorize: 2 };
const summary = { ...login, GetAccountsSummary: 1 };
const detail = { ...summary, GetAccountsDetail: 1 };

const live = { mode: 'live' } as const;
const credentials = { institution: 'FlinksCapital', username: 'plain+900', password: 'hunter-2' };
const unfit = { login: { loginId: 'secret-no-guid' }, mode: 'lively', colour: 'red' };

/** Starts a run, gives the same answer to every question of its first `rounds` rounds, and leaves it to its end. */
async function runOf(scenario: string, input: Input = {}, answer = '', rounds = answer === '' ? 0 : 1) {
  const run = await flinks.start(scenario, input);
  for (let round = 1; round <= rounds; round++) {
    const { challenges = [] } = await run.reaches('awaitingAnswers', round);
    await run.update({ answers: Object.fromEntries(challenges.map(({ prompt }) => [prompt, answer])) });
  }
  return run;
}

async function cancelled(): Promise<Retrieval> {
  const run = await flinks.start('question', live);
  await run.reaches('awaitingAnswers');
  await run.handle.cancel();
  return run;
}

const minutes = { polling: { interval: '1 minute', deadline: '2 minutes' } };

/** Every word for the end of a run that other programs rely on, a run that ends so, and what Flinks may be asked for it. */
const outcomes: Record<FailureType | 'completed' | 'cancelled', [start: () => Promise<Retrieval>, asked: Requests]> = {
  completed: [() => runOf('plain'), detail],
  cancelled: [cancelled, login],
  InvalidInput: [() => flinks.startWith(unfit), {}],
  UnknownLogin: [() => flinks.startWith({ login: { loginId: '00000000-0000-4000-8000-000000000001' } }), login],
  InvalidCredentials: [() => flinks.startWith({ login: credentials }), login],
  LoginRefused: [() => runOf('disabled-login', live), login],
  LoginOutcomeUnknown: [() => runOf('reset-after-at-authorize', live), login],
  SecurityAnswerRejected: [() => runOf('wrong-answer-final', live, 'wrong'), answered],
  SecurityAnswerTimedOut: [() => runOf('question', live), login],
  TooManyChallengeRounds: [() => runOf('two-rounds', { ...live, maxChallengeRounds: 1 }, 'Montreal'), answered],
  UnsupportedChallenge: [() => runOf('push-approval', live), login],
  SessionLost: [() => runOf('session-lost-at-summary', { onSessionLost: 'fail' }), summary],
  PendingTooLong: [() => runOf('pending-for-ever', minutes), { ...detail, GetAccountsDetailAsync: 2 }],
  RateLimited: [() => runOf('too-many-requests-at-authorize-always'), loginRepeated],
  InstitutionUnavailable: [() => runOf('disabled-institution-at-authorize-always'), loginRepeated],
  FlinksUnavailable: [() => runOf('503-always-at-authorize'), loginRepeated],
  FlinksConfiguration: [() => runOf('access-denied'), login],
  UnexpectedResponse: [() => runOf('challenge-at-detail'), detail],
  ResponseTooLarge: [() => runOf('large-3-mb'), detail],
};

/** How a run ended, in the contract's words and in its own, and what Flinks was asked for it. */
async function endOf(run: Retrieval) {
  const outcome = await run.outcome();
  const ended = 'type' in outcome ? outcome.type : Object.keys(outcome)[0];
  const { stage } = await run.progress();
  return { ended, stage, asked: run.counts() };
}

test('every end of a run that the contract names is seen here', () => {
  expect(Object.keys(outcomes).toSorted()).toEqual([...failureTypes, 'completed', 'cancelled'].toSorted());
});

test.each(Object.entries(outcomes))(
  'a run can end as %s, and Flinks is asked no more than that takes',
  async (ended, [start, asked]) => {
    const stage = ended === 'completed' || ended === 'cancelled' ? ended : 'failed';
    const run = await start();
    expect(await endOf(run)).toEqual({ ended, stage, asked });
  },
);

test.each(failureTypes)(
  'the message of %s says what happened, ends with the next step, and is on the run’s page',
  async (type) => {
    const run = await outcomes[type][0]();
    const outcome = await run.outcome();
    const message = 'message' in outcome ? outcome.message : '';
    expect(message).toMatch(/^[A-Za-z].{15,}\. /);
    expect(message.endsWith(` ${nextStep[type]}`) ? nextStep[type] : message).toBe(nextStep[type]);
    expect(message).not.toMatch(/hunter-2|plain\+900|Montreal|secret-no-guid/);
    const { currentDetails } = await run.handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    const page = currentDetails.replaceAll('\\', '');
    expect(page).toContain(`failed: ${type}`);
    expect(page).toContain(message);
  },
);

test('a run that waited too long names the RequestId for Flinks support', async () => {
  const outcome = await (await runOf('pending-for-ever', minutes)).outcome();
  const { message, details }: { message: string; details: Record<string, unknown> } =
    'message' in outcome ? outcome : { message: '', details: {} };
  expect(details).toHaveProperty('requestId', expect.stringMatching(/^[0-9a-f-]{36}$/));
  expect(message).toContain(`RequestId ${String(details['requestId'])} `);
  expect(message).toContain('Contact Flinks support');
});

test('an input that does not fit names every bad field and repeats no value', async () => {
  const outcome = await (await flinks.startWith(unfit)).outcome();
  const fields = expect.arrayContaining(['login.loginId', 'mode', 'colour']);
  expect(outcome).toMatchObject({ type: 'InvalidInput', details: { fields } });
  expect(JSON.stringify(outcome)).not.toMatch(/secret-no-guid|lively|red"/);
});

test('a failure over credentials says what Flinks answered and shows none of them', async () => {
  const outcome = await (await flinks.startWith({ login: credentials })).outcome();
  expect(outcome).toMatchObject({ details: { flinksCode: 'INVALID_LOGIN', httpStatus: 401 } });
  expect(JSON.stringify(outcome)).not.toMatch(/plain\+900|hunter-2/);
});

test.each([
  ['UnknownLogin', 'invalid-login'],
  ['InvalidCredentials', 'invalid-username'],
  ['InvalidCredentials', 'invalid-password'],
  ['LoginRefused', 'unauthorized'],
  ['LoginRefused', 'new-account'],
  ['FlinksConfiguration', 'invalid-request'],
  ['UnexpectedResponse', 'brand-new-code'],
  ['LoginOutcomeUnknown', 'reset-before-at-authorize'],
  ['LoginOutcomeUnknown', 'reset-in-body-at-authorize'],
  ['RateLimited', 'too-many-requests-at-authorize-once'],
  ['InstitutionUnavailable', 'retry-later-at-authorize-once'],
  ['FlinksUnavailable', 'aggregation-error-at-authorize-once'],
  ['LoginOutcomeUnknown', '503-at-authorize'],
])('a live login that Flinks may have seen is made once: %s by %s', async (ended, scenario) => {
  expect(await endOf(await runOf(scenario, live))).toEqual({ ended, stage: 'failed', asked: login });
});

test.each([
  ['LoginOutcomeUnknown', 'reset-after-at-answer'],
  ['LoginOutcomeUnknown', 'reset-before-at-answer'],
  ['LoginOutcomeUnknown', '503-at-answer'],
  ['SecurityAnswerTimedOut', 'session-lost-at-answer'],
  ['SecurityAnswerRejected', 'wrong-answer-final-plain'],
])('an answer that Flinks may have seen is sent once: %s by %s', async (ended, scenario) => {
  expect(await endOf(await runOf(scenario, {}, 'Laval'))).toEqual({ ended, stage: 'failed', asked: answered });
});

test.each([
  ['FlinksUnavailable', 'aggregation-error-at-summary-always', { ...login, GetAccountsSummary: 3 }],
  ['RateLimited', 'too-many-requests-at-detail-always', { ...summary, GetAccountsDetail: 3 }],
  ['ResponseTooLarge', 'huge-at-detail', detail],
])('a call for data is repeated only while that may help: %s by %s', async (ended, scenario, asked) => {
  expect(await endOf(await runOf(scenario))).toEqual({ ended, stage: 'failed', asked });
});

test.each([
  ['Authorize', 'retry-after-at-authorize'],
  ['GetAccountsSummary', 'retry-after-at-summary'],
  ['GetAccountsDetail', 'retry-after-at-detail'],
] as const)('a rate limit that says how long is waited for before the next %s', async (endpoint, scenario) => {
  const run = await runOf(scenario);
  expect(await run.outcome()).toHaveProperty('completed');
  const [first, second] = run.requests(endpoint);
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(2_000);
  expect(run.requests(endpoint)).toHaveLength(2);
});
