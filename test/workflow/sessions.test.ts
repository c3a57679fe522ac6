import { describe, expect, test } from 'vitest';
import { loginIdFor } from '../../simulator/server.js';
import type { Retrieval } from '../support/retrieval.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();
const gone = { kind: 'status', status: 400, code: 'SESSION_NONEXISTENT' } as const;

/** How each session was opened, in order; and that each had a token of its own. */
function sessions(run: Retrieval): string[] {
  const opened = run.requests('Authorize').filter(({ answer }) => !answer);
  const tokens = new Set(opened.map(({ headers }) => headers['flinks-auth-key']));
  expect(tokens.size).toBe(opened.length);
  return opened.map(({ live, body }) => {
    const by = typeof body === 'object' && 'LoginId' in body ? 'LoginId' : 'credentials';
    return `${live ? 'live' : 'cached'} by ${by}`;
  });
}

describe('a session that is lost at Summary', () => {
  test.each([
    ['a cached run reads the stored data again', {}, ['cached by LoginId', 'cached by LoginId']],
    ['a live run goes on with the data it has stored', { mode: 'live' }, ['live by LoginId', 'cached by LoginId']],
    [
      'the bank is asked again where the caller allows it',
      { onSessionLost: 'live' },
      ['cached by LoginId', 'live by LoginId'],
    ],
    [
      'a second live login is made where the caller allows it',
      { mode: 'live', onSessionLost: 'live' },
      ['live by LoginId', 'live by LoginId'],
    ],
  ] as const)('is replaced once: %s', async (_, input, expected) => {
    const run = await flinks.start('session-lost-at-summary', input);
    const outcome = await run.outcome();
    const [lost, replacing] = run.requests('GetAccountsSummary').map(({ requestId }) => requestId);
    expect(replacing).not.toBe(lost);
    expect(outcome).toMatchObject({
      completed: { requestId: replacing, freshness: { cached: expected[1].startsWith('cached') } },
    });
    expect(sessions(run)).toEqual(expected);
    expect(run.counts()).toEqual({
      GenerateAuthorizeToken: 2,
      Authorize: 2,
      GetAccountsSummary: 2,
      GetAccountsDetail: 1,
    });
  });

  test.each(['cached', 'live'] as const)('ends a %s run where the caller allows no other', async (mode) => {
    const run = await flinks.start('session-lost-at-summary', { mode, onSessionLost: 'fail' });
    expect(await run.outcome()).toMatchObject({
      type: 'SessionLost',
      details: { flinksCode: 'SESSION_NONEXISTENT', requestId: run.requests('GetAccountsSummary')[0]?.requestId },
    });
    expect(sessions(run)).toEqual([`${mode} by LoginId`]);
  });

  test('counts as lost also where Flinks calls it expired', async () => {
    const fault = { ...gone, status: 401, code: 'SESSION_EXPIRED' };
    flinks.simulator.inject({ endpoint: 'GetAccountsSummary', fault });
    const run = await flinks.start('plain');
    expect(await run.outcome()).toHaveProperty('completed');
    expect(sessions(run)).toEqual(['cached by LoginId', 'cached by LoginId']);
  });
});

test('a session that is lost at Detail is replaced without asking for the Summary again', async () => {
  const run = await flinks.start('session-lost-at-detail');
  expect(await run.outcome()).toHaveProperty('completed');
  expect(run.counts()).toEqual({
    GenerateAuthorizeToken: 2,
    Authorize: 2,
    GetAccountsSummary: 1,
    GetAccountsDetail: 2,
  });
});

test.each([
  ['session-lost-at-summary-twice', { GetAccountsSummary: 2 }],
  ['session-lost-at-detail-twice', { GetAccountsSummary: 1, GetAccountsDetail: 2 }],
  ['session-lost-in-2nd-poll-twice', { GetAccountsSummary: 1, GetAccountsDetail: 2, GetAccountsDetailAsync: 4 }],
])('a run whose second session is lost too opens no third: %s', async (scenario, data) => {
  const run = await flinks.start(scenario);
  expect(await run.outcome()).toMatchObject({ type: 'SessionLost' });
  expect(run.counts()).toEqual({ GenerateAuthorizeToken: 2, Authorize: 2, ...data });
});

test('a session that is replaced at Summary is not replaced again at Detail', async () => {
  flinks.simulator.inject({ endpoint: 'GetAccountsDetail', fault: gone });
  const run = await flinks.start('session-lost-at-summary', { onSessionLost: 'live' });
  expect(await run.outcome()).toMatchObject({ type: 'SessionLost' });
  expect(sessions(run)).toEqual(['cached by LoginId', 'live by LoginId']);
});

test('a live login that replaces a lost session asks the customer again, and the rounds count on', async () => {
  flinks.simulator.inject({ endpoint: 'GetAccountsSummary', fault: gone });
  const run = await flinks.start('question', { mode: 'live', onSessionLost: 'live' });
  await run.answerRound(1);
  await run.answerRound(2);
  expect(await run.outcome()).toMatchObject({ completed: { challengeRounds: 2 } });
  expect(sessions(run)).toEqual(['live by LoginId', 'live by LoginId']);
  expect(run.counts()).toMatchObject({ GenerateAuthorizeToken: 2, Authorize: 4 });
});

describe('a run by credentials whose session is lost', () => {
  const credentials = (username: string) => ({
    login: { institution: 'FlinksCapital', username, password: 'Everyday' },
  });

  test('ends by default, for another session would be another live login', async () => {
    flinks.simulator.inject({ endpoint: 'GetAccountsSummary', fault: gone });
    const run = await flinks.startWith(credentials('plain+1'));
    expect(await run.outcome()).toMatchObject({ type: 'SessionLost' });
    expect(sessions(run)).toEqual(['live by credentials']);
  });

  test('goes back to the stored data by the LoginId that the login was given', async () => {
    flinks.simulator.inject({ endpoint: 'GetAccountsSummary', fault: gone });
    const run = await flinks.startWith({ ...credentials('plain+2'), onSessionLost: 'cached' });
    const outcome = await run.outcome();
    expect(sessions(run)).toEqual(['live by credentials', 'cached by LoginId']);
    const { body } = run.requests('Authorize')[1] ?? {};
    expect(outcome).toMatchObject({ completed: { login: { id: (body as { LoginId: string }).LoginId } } });
  });

  test('logs in again where the caller allows it', async () => {
    flinks.simulator.inject({ endpoint: 'GetAccountsSummary', fault: gone });
    const run = await flinks.startWith({ ...credentials('plain+3'), onSessionLost: 'live' });
    expect(await run.outcome()).toHaveProperty('completed');
    expect(sessions(run)).toEqual(['live by credentials', 'live by credentials']);
  });

  test('ends where the login was given no LoginId to go back by', async () => {
    flinks.simulator.inject({ endpoint: 'GetAccountsSummary', fault: gone });
    const run = await flinks.startWith({ ...credentials('save-false'), onSessionLost: 'cached' });
    expect(await run.outcome()).toMatchObject({ type: 'SessionLost' });
    expect(sessions(run)).toEqual(['live by credentials']);
  });
});

describe('a token that Flinks refuses', () => {
  const counts = (logins: number) => ({ GenerateAuthorizeToken: logins, Authorize: logins });

  test('is replaced once in cached mode', async () => {
    const run = await flinks.start('token-refused-once');
    expect(await run.outcome()).toHaveProperty('completed');
    expect(run.counts()).toMatchObject(counts(2));
    expect(sessions(run)).toHaveLength(2);
  });

  test('is about our keys when the second is refused too', async () => {
    const run = await flinks.start('token-refused-always');
    expect(await run.outcome()).toMatchObject({ type: 'FlinksConfiguration', details: { flinksCode: 'UNAUTHORIZED' } });
    expect(run.counts()).toEqual(counts(2));
  });

  test('is not replaced in live mode: no response makes a second login', async () => {
    const run = await flinks.start('token-refused-once', { mode: 'live' });
    expect(await run.outcome()).toMatchObject({ type: 'FlinksConfiguration' });
    expect(run.counts()).toEqual(counts(1));
  });

  test('is minted again after an error, because that is no login yet', async () => {
    flinks.simulator.inject({ endpoint: 'GenerateAuthorizeToken', fault: { kind: 'status', status: 503 } });
    const run = await flinks.start('plain', { mode: 'live' });
    expect(await run.outcome()).toHaveProperty('completed');
    expect(run.counts()).toMatchObject({ GenerateAuthorizeToken: 2, Authorize: 1 });
  });
});

test('a LoginId in capitals is the same login', async () => {
  const run = await flinks.startWith({ login: { loginId: loginIdFor('plain', 9_999).toUpperCase() } });
  expect(await run.outcome()).toMatchObject({ completed: { login: { id: loginIdFor('plain', 9_999) } } });
});
