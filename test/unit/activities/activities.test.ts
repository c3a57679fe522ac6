import { once } from 'node:events';
import { inspect } from 'node:util';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { defaultActivityInfo, MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { countByEndpoint } from '../../../simulator/record.js';
import { loginIdFor, startSimulator, type FaultRule } from '../../../simulator/server.js';
import type { AuthorizeRequest } from '../../../src/activities/authorize.js';
import type { FailureDetails } from '../../../src/activities/failures.js';
import { createActivities } from '../../../src/activities/index.js';
import { defaultRetryPolicy } from '../../../src/activities/retries.js';
import type { FlinksClientOptions, OpenSession } from '../../../src/flinks/client.js';
import { clientOf, details, flinksServer, refusingUrl, replying, secret } from '../../support/flinks-server.js';

const simulator = await startSimulator();
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const first = { attempt: 1, elapsedMs: 0 };
const reset = { kind: 'reset-after' } as const;
const status = (status: number, code?: string): FaultRule['fault'] => ({
  kind: 'status',
  status,
  ...(code !== undefined && { code }),
});
const counts = () => countByEndpoint(simulator.requests);

const activitiesAt = (url = simulator.url, options: Partial<FlinksClientOptions> = {}) =>
  createActivities(
    clientOf(url, { ...simulator.keys, maxResponseBytes: 8 * 1024 * 1024, ...options }),
    defaultRetryPolicy,
  );

/** The run in which the activities of these tests are, unless a test says otherwise. */
const { runId: onlyInRunId } = defaultActivityInfo.workflowExecution ?? { runId: '' };

function opening(scenario: string, mode: OpenSession['mode']): AuthorizeRequest {
  const session = { login: { loginId: loginIdFor(scenario) }, save: true };
  return mode === 'cached'
    ? { open: { ...session, mode }, at: first }
    : { open: { ...session, mode }, at: first, onlyInRunId };
}

// What the worker writes about a failed activity is as public as the failure itself.
const written: unknown[] = [];
const logger = new DefaultLogger('INFO', (entry) => written.push(entry));
const environmentOf = (info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {}) =>
  new MockActivityEnvironment(info, { logger });

/** Runs an activity as a worker would. */
const run = <T>(activity: () => Promise<T>, environment = environmentOf()): Promise<T> => environment.run(activity);

/** How an activity fails: as what, whether Temporal repeats it and when, and what it tells the workflow. */
async function failureOf(activity: () => Promise<unknown>, info: { attempt?: number; elapsedMs?: number } = {}) {
  const { attempt = 1, elapsedMs = 0 } = info;
  const scheduledTimestampMs = 1_000_000;
  const environment = environmentOf({
    attempt,
    scheduledTimestampMs,
    currentAttemptScheduledTimestampMs: scheduledTimestampMs + elapsedMs,
  });
  const error: unknown = await run(activity, environment).catch((error: unknown) => error);
  if (!(error instanceof ApplicationFailure)) throw error;
  const { type, nonRetryable, nextRetryDelay, message } = error;
  return { type, nonRetryable, nextRetryDelay, message, details: error.details?.[0] as FailureDetails };
}

const requestIdFor = async (scenario: string): Promise<string> => {
  const reply = await run(() => activitiesAt().authorize(opening(scenario, 'cached')));
  if (reply.kind !== 'session') throw new Error('The bank asks a question.');
  simulator.requests.length = 0;
  return reply.session.requestId;
};

test('authorize returns the session with the token that answers have to carry', async () => {
  const activities = activitiesAt();
  const asked = await run(() => activities.authorize(opening('question', 'cached')));
  if (asked.kind !== 'challenges') throw new Error('The bank asks nothing.');
  const { token, open } = asked;
  const answers = open.challenges.map(({ prompt }) => ({ prompt, answers: ['Montreal'] }));
  const answer = { requestId: open.requestId, token, answers };
  expect(await run(() => activities.authorize({ answer, at: first, onlyInRunId }))).toMatchObject({
    kind: 'session',
    token,
  });
  expect(counts()).toEqual({ GenerateAuthorizeToken: 1, Authorize: 2 });
  expect(simulator.requests.slice(1).map(({ headers }) => headers['flinks-auth-key'])).toEqual([token, token]);
});

test('a long call heartbeats while it runs and not afterwards', async () => {
  const requestId = await requestIdFor('plain');
  simulator.inject({ endpoint: 'GetAccountsDetail', fault: { kind: 'stall-in-body' } });
  const environment = environmentOf();
  let beats = 0;
  environment.on('heartbeat', () => (beats += 1));
  const timers = { set: vi.spyOn(globalThis, 'setInterval'), clear: vi.spyOn(globalThis, 'clearInterval') };
  const call = run(() => activitiesAt().getAccountsDetail({ requestId, options: details, at: first }), environment);
  const ended = call.catch((error: unknown) => error);
  await once(environment, 'heartbeat');
  environment.cancel();
  expect(await ended).toBeInstanceOf(CancelledFailure);
  expect(beats).toBe(1);
  const heartbeats = timers.set.mock.results.map(({ value }) => value as unknown);
  expect(timers.clear.mock.calls.flat()).toEqual(expect.arrayContaining(heartbeats));
  vi.restoreAllMocks();
});

test.each(['GetAccountsDetail', 'Authorize'] as const)('cancelling aborts the open request to %s', async (endpoint) => {
  const requestId = await requestIdFor('plain');
  simulator.inject({ endpoint, fault: { kind: 'slow-first-byte' } });
  const activities = activitiesAt();
  const environment = environmentOf();
  const call = run<unknown>(
    endpoint === 'Authorize'
      ? () => activities.authorize(opening('plain', 'live'))
      : () => activities.getAccountsDetail({ requestId, options: details, at: first }),
    environment,
  );
  const ended = call.catch((error: unknown) => error);
  const open = await vi.waitUntil(() => simulator.requests.find((request) => request.endpoint === endpoint));
  environment.cancel();
  // A cancelled live login is cancelled, not lost: the run must close as cancelled.
  expect(await ended).toBeInstanceOf(CancelledFailure);
  await vi.waitUntil(() => open.closedAt !== undefined);
  expect(open).toMatchObject({ abortedByClient: true });
  expect(counts()[endpoint]).toBe(1);
});

test.each([
  ['a reset after the request', reset],
  ['a reset before the request', { kind: 'reset-before' } as const],
  ['a reset in the body', { kind: 'reset-in-body' } as const],
  ['no byte in time', { kind: 'slow-first-byte' } as const],
])('a live login whose reply is lost by %s is LoginOutcomeUnknown and never sent twice', async (_how, fault) => {
  simulator.inject({ endpoint: 'Authorize', fault });
  const timeouts = { token: 5_000, authorize: 200, data: 5_000, poll: 5_000 };
  const failure = await failureOf(() => activitiesAt(undefined, { timeouts }).authorize(opening('plain', 'live')));
  expect(failure).toMatchObject({ type: 'LoginOutcomeUnknown', nonRetryable: true });
  expect(failure.details).toEqual({ answered: false, transient: true });
  expect(counts()).toEqual({ GenerateAuthorizeToken: 1, Authorize: 1 });
});

test('an answer whose reply is lost is LoginOutcomeUnknown and never sent twice', async () => {
  const activities = activitiesAt();
  const asked = await run(() => activities.authorize(opening('question', 'cached')));
  if (asked.kind !== 'challenges') throw new Error('The bank asks nothing.');
  simulator.inject({ endpoint: 'Authorize', answer: true, fault: reset });
  const answers = asked.open.challenges.map(({ prompt }) => ({ prompt, answers: ['Montreal'] }));
  const answer = { requestId: asked.open.requestId, token: asked.token, answers };
  const failure = await failureOf(() => activities.authorize({ answer, at: first, onlyInRunId }));
  expect(failure).toMatchObject({ type: 'LoginOutcomeUnknown', nonRetryable: true });
  expect(failure.details.retryInMs).toBeUndefined();
  expect(simulator.requests.filter(({ answer }) => answer)).toHaveLength(1);
});

test.each<[string, FaultRule['fault']]>([
  ['502 with a page', { kind: 'status', status: 502, html: '<html></html>' }],
  ['500 without a body', status(500)],
  ['503 with Retry-After', { kind: 'status', status: 503, headers: { 'retry-after': '1' } }],
  ['200 with a page', { kind: 'status', status: 200, html: '<html></html>' }],
  ['200 without a body', { kind: 'empty' }],
  ['half of a 200', { kind: 'truncated' }],
])('a gateway that answers a live login or an answer by %s leaves its outcome unknown', async (_, fault) => {
  const activities = activitiesAt();
  const question = await run(() => activities.authorize(opening('question', 'cached')));
  if (question.kind !== 'challenges') throw new Error('The bank asks nothing.');
  simulator.requests.length = 0;
  simulator.inject({ endpoint: 'Authorize', fault, times: 'always' });
  const answers = question.open.challenges.map(({ prompt }) => ({ prompt, answers: ['Montreal'] }));
  const answer = { requestId: question.open.requestId, token: question.token, answers };
  for (const request of [opening('plain', 'live'), { answer, at: first, onlyInRunId }]) {
    const failure = await failureOf(() => activities.authorize(request));
    expect(failure).toMatchObject({ type: 'LoginOutcomeUnknown', nonRetryable: true, nextRetryDelay: undefined });
    expect(failure.details.retryInMs).toBeUndefined();
  }
  expect(counts().Authorize).toBe(2);
});

test.each([
  [500, 'AGGREGATION_ERROR', 'FlinksUnavailable'],
  [429, 'TOO_MANY_REQUESTS', 'RateLimited'],
  [401, 'RETRY_LATER', 'InstitutionUnavailable'],
  [401, 'INVALID_PASSWORD', 'InvalidCredentials'],
])('no response to a live login is worth a second one: %i %s ends it', async (httpStatus, code, type) => {
  simulator.inject({ endpoint: 'Authorize', fault: status(httpStatus, code) });
  const failure = await failureOf(() => activitiesAt().authorize(opening('plain', 'live')));
  expect(failure).toMatchObject({ type, nonRetryable: true, nextRetryDelay: undefined });
  expect(failure.details).toMatchObject({ answered: true, httpStatus });
  expect(failure.details.retryInMs).toBeUndefined();
  expect(counts().Authorize).toBe(1);
});

test('a live login that was refused before anything left may be sent again by the workflow, not by Temporal', async () => {
  const server = await flinksServer((response, request) => {
    server.stop();
    replying(200, { Token: secret.token })(response, request);
  });
  const login = () => activitiesAt(server.url).authorize(opening('plain', 'live'));
  const { type, nonRetryable, details: told } = await failureOf(login);
  expect(server.received.map(({ path }) => path.split('/').at(-1))).toEqual(['GenerateAuthorizeToken']);
  expect({ type, nonRetryable }).toEqual({ type: 'FlinksUnavailable', nonRetryable: true });
  expect(told.retryInMs).toBeGreaterThanOrEqual(2_000);
  expect(told.retryInMs).toBeLessThanOrEqual(2_500);
});

test('an answer that was refused before anything left may be sent again, up to the last attempt', async () => {
  const activities = activitiesAt(await refusingUrl());
  const answer = { requestId: loginIdFor('plain'), token: secret.token, answers: [{ prompt: '?', answers: ['x'] }] };
  const sent = (attempt: number) =>
    failureOf(() => activities.authorize({ answer, at: { attempt, elapsedMs: 0 }, onlyInRunId }));
  const fourth = await sent(4);
  expect(fourth).toMatchObject({ type: 'FlinksUnavailable', nonRetryable: true });
  expect(fourth.details.retryInMs).toBeGreaterThanOrEqual(16_000);
  expect((await sent(5)).details.retryInMs).toBeUndefined();
});

test('a live login whose token could not be had may begin again: it did not reach the bank', async () => {
  for (const fault of [status(503), reset]) {
    simulator.inject({ endpoint: 'GenerateAuthorizeToken', fault });
    const failure = await failureOf(() => activitiesAt().authorize(opening('plain', 'live')));
    expect(failure).toMatchObject({ type: 'FlinksUnavailable', nonRetryable: true });
    expect(failure.details.retryInMs).toBeGreaterThanOrEqual(2_000);
    simulator.reset();
  }
});

test('a token that is refused once in cached mode costs one new token', async () => {
  const reply = await run(() => activitiesAt().authorize(opening('token-refused-once', 'cached')));
  expect(reply.kind).toBe('session');
  expect(counts()).toEqual({ GenerateAuthorizeToken: 2, Authorize: 2 });
  const [one, other] = simulator.requests.filter(({ endpoint }) => endpoint === 'Authorize');
  expect(one?.headers['flinks-auth-key']).not.toBe(other?.headers['flinks-auth-key']);
});

test('a token that is refused twice is our configuration', async () => {
  const failure = await failureOf(() => activitiesAt().authorize(opening('token-refused-always', 'cached')));
  expect(failure).toMatchObject({ type: 'FlinksConfiguration', nonRetryable: true });
  expect(counts()).toEqual({ GenerateAuthorizeToken: 2, Authorize: 2 });
});

test('a cached authorize is left to Temporal to repeat, with the delay of the policy', async () => {
  simulator.inject({ endpoint: 'Authorize', fault: status(503), times: 'always' });
  const authorize = () => activitiesAt().authorize(opening('plain', 'cached'));
  const failure = await failureOf(authorize, { attempt: 2, elapsedMs: 2_000 });
  expect(failure).toMatchObject({ type: 'FlinksUnavailable', nonRetryable: false });
  expect(failure.nextRetryDelay).toBeGreaterThanOrEqual(4_000);
  expect(failure.nextRetryDelay).toBeLessThanOrEqual(5_000);
  expect(await failureOf(authorize, { attempt: 5 })).toMatchObject({ nonRetryable: true });
  expect(await failureOf(authorize, { attempt: 2, elapsedMs: 10 * 60_000 })).toMatchObject({ nonRetryable: true });
});

test('Retry-After is the least that a repeated call waits', async () => {
  const requestId = await requestIdFor('plain');
  const fault = { ...status(429), headers: { 'retry-after': '60' } } as FaultRule['fault'];
  simulator.inject({ endpoint: 'GetAccountsSummary', fault });
  const failure = await failureOf(() => activitiesAt().getAccountsSummary(requestId));
  expect(failure).toMatchObject({ type: 'RateLimited', nonRetryable: false });
  expect(failure.nextRetryDelay).toBeGreaterThanOrEqual(60_000);
});

test('a Detail whose answer is lost counts as pending, so that it is polled and not posted again', async () => {
  const requestId = await requestIdFor('plain');
  simulator.inject({ endpoint: 'GetAccountsDetail', fault: reset });
  const reply = await run(() => activitiesAt().getAccountsDetail({ requestId, options: details, at: first }));
  expect(reply).toEqual({ kind: 'pending' });
  expect(counts()).toEqual({ GetAccountsDetail: 1 });
});

test.each<[string, FaultRule['fault']]>([
  ['cut off', { kind: 'truncated' }],
  ['empty', { kind: 'empty' }],
  ['a web page', { kind: 'status', status: 200, html: '<html></html>' }],
])('a 200 to Detail that is %s counts as pending: Flinks has done the work', async (_, fault) => {
  const requestId = await requestIdFor('plain');
  simulator.inject({ endpoint: 'GetAccountsDetail', fault });
  const reply = await run(() => activitiesAt().getAccountsDetail({ requestId, options: details, at: first }));
  expect(reply).toEqual({ kind: 'pending' });
  expect(counts()).toEqual({ GetAccountsDetail: 1 });
});

test.each<[string, FaultRule['fault']]>([
  ['a 502 of a gateway', { kind: 'status', status: 502, html: '<html></html>' }],
  ['a 403 of a gateway', { kind: 'status', status: 403, html: '<html></html>' }],
  ['a list that is none', { kind: 'status', status: 200, body: { Accounts: 'none' } }],
  ['a list that is null', { kind: 'status', status: 200, body: { Accounts: null } }],
])('%s to Detail counts as pending, so that it is polled and not posted again', async (_, fault) => {
  const requestId = await requestIdFor('plain');
  simulator.inject({ endpoint: 'GetAccountsDetail', fault });
  const reply = await run(() => activitiesAt().getAccountsDetail({ requestId, options: details, at: first }));
  expect(reply).toEqual({ kind: 'pending' });
  expect(counts()).toEqual({ GetAccountsDetail: 1 });
});

test('a Detail of another session is UnexpectedResponse, final, and shows nothing of it', async () => {
  const requestId = await requestIdFor('plain');
  const body = { RequestId: loginIdFor('plain', 77), Accounts: [{ Title: secret.body }] };
  simulator.inject({ endpoint: 'GetAccountsDetail', fault: { kind: 'status', status: 200, body } });
  const failure = await failureOf(() => activitiesAt().getAccountsDetail({ requestId, options: details, at: first }));
  expect(failure).toMatchObject({ type: 'UnexpectedResponse', nonRetryable: true });
  expect(failure.details).toEqual({ answered: true, transient: false, httpStatus: 200 });
  expect(JSON.stringify(failure)).not.toContain(secret.body);
});

test('a Detail that Flinks answered with a passing error may be posted again by the workflow', async () => {
  const requestId = await requestIdFor('plain');
  simulator.inject({ endpoint: 'GetAccountsDetail', fault: status(500, 'AGGREGATION_ERROR') });
  const failure = await failureOf(() => activitiesAt().getAccountsDetail({ requestId, options: details, at: first }));
  expect(failure).toMatchObject({ type: 'FlinksUnavailable', nonRetryable: true });
  expect(failure.details).toMatchObject({ flinksCode: 'AGGREGATION_ERROR', httpStatus: 500, answered: true });
  expect(failure.details.retryInMs).toBeGreaterThanOrEqual(2_000);
});

test.each(['getAccountsDetailAsync', 'getAccountsSummaryAsync'] as const)(
  'a failed %s waits for its next slot: nobody repeats it',
  async (poll) => {
    const requestId = await requestIdFor('both-pending');
    const activities = activitiesAt();
    await run(() => activities.getAccountsSummary(requestId));
    await run(() => activities.getAccountsDetail({ requestId, options: details, at: first }));
    const endpoint = poll === 'getAccountsDetailAsync' ? 'GetAccountsDetailAsync' : 'GetAccountsSummaryAsync';
    simulator.inject({ endpoint, fault: status(500, 'AGGREGATION_ERROR') });
    const failure = await failureOf(() => activities[poll](requestId));
    expect(failure).toMatchObject({ type: 'FlinksUnavailable', nonRetryable: true });
    expect(failure.details).toEqual({
      flinksCode: 'AGGREGATION_ERROR',
      httpStatus: 500,
      answered: true,
      transient: true,
    });
    expect(counts()[endpoint]).toBe(1);
  },
);

test('accounts that Temporal could not carry are ResponseTooLarge, and Flinks is not asked again', async () => {
  const requestId = await requestIdFor('large-3-mb');
  const failure = await failureOf(() => activitiesAt().getAccountsDetail({ requestId, options: details, at: first }));
  expect(failure).toMatchObject({ type: 'ResponseTooLarge', nonRetryable: true });
  expect(failure.details.retryInMs).toBeUndefined();
});

test('neither the failure of an activity nor what the worker writes about it shows a credential', async () => {
  const { username, password } = secret;
  const login = { institution: 'FlinksCapital', username, password };
  const request: AuthorizeRequest = { open: { login, mode: 'live', save: true }, at: first, onlyInRunId };
  const failure = await failureOf(() => activitiesAt().authorize(request));
  expect(failure).toMatchObject({ type: 'InvalidCredentials', nonRetryable: true });
  expect(written).not.toEqual([]);
  const shown = JSON.stringify(failure) + inspect(written, { depth: 10 });
  for (const hidden of [username, password, ...Object.values(simulator.keys)]) expect(shown).not.toContain(hidden);
});
