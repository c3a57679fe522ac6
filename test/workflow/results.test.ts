import { describe, expect, test } from 'vitest';
import { detailsOf, LARGE } from '../../simulator/accounts.js';
import { fieldsOf, type Json } from '../../simulator/fields.js';
import { rawNumber } from '../../simulator/json.js';
import { scenarioNamed } from '../../simulator/scenarios.js';
import { loginIdFor } from '../../simulator/server.js';
import { resultSchema, type RetrieveAccountDetailsResult } from '../../src/contract.js';
import { published, validator } from '../support/documents.js';
import { filledResult } from '../support/filled-result.js';
import type { Retrieval } from '../support/retrieval.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();

async function resultOf(run: Retrieval): Promise<RetrieveAccountDetailsResult> {
  const outcome = await run.outcome();
  if (!('completed' in outcome)) throw new Error(`The run ended as ${JSON.stringify(outcome)}.`);
  expect(resultSchema.parse(outcome.completed)).toEqual(outcome.completed);
  return outcome.completed;
}

/** The account details of a live run as Flinks sent them: they follow from the login and the time of its refresh. */
function wireDetails(run: Retrieval, scenario: string, { freshness }: RetrieveAccountDetailsResult): Json[] {
  const [request] = run.requests('GetAccountsDetail');
  const { data } = scenarioNamed(scenario);
  const refreshedAt = Date.parse(`${freshness.lastRefresh?.slice(0, 23)}Z`);
  const wishes = typeof request?.body === 'object' ? request.body : {};
  return detailsOf({ seed: 1, loginId: request?.loginId ?? '', data, refreshedAt }, fieldsOf(wishes));
}

/** Rebuilds JSON with every key changed by `rename`, in the same order. */
function withKeys(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => withKeys(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [rename(key), withKeys(item, rename)]));
}
/** The paths of all that is there and not null, without the places in lists. */
function pathsOf(value: unknown, path = ''): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => pathsOf(item, path)))];
  if (typeof value !== 'object') return [path];
  return Object.entries(value).flatMap(([key, item]) => pathsOf(item, path === '' ? key : `${path}.${key}`));
}

const lowerCase = (key: string): string => key.toLowerCase();

function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...keysOf(item)]);
}

describe('a caller gets the accounts', () => {
  test('with every key in camelCase and every value as Flinks sent it', async () => {
    const run = await flinks.start('plain', { mode: 'live' });
    const result = await resultOf(run);
    expect(withKeys(result.accounts, lowerCase)).toEqual(withKeys(wireDetails(run, 'plain', result), lowerCase));
    const keys = new Set(keysOf([result.accounts, result.summary, result.login]));
    expect([...keys].filter((key) => !/^[a-z][A-Za-z]*$/.test(key))).toEqual([]);
    expect([...keys]).toEqual(
      expect.arrayContaining([
        'id',
        'transactions',
        'eftEligibleRatio',
        'eTransferEligibleRatio',
        'poBox',
        'lastRefresh',
      ]),
    );
  });

  test('of one login, with the same ids in summary and details', async () => {
    const loginId = loginIdFor('plain', 5_000);
    const run = await flinks.startWith({ login: { loginId } });
    const result = await resultOf(run);
    expect(result.accounts).toHaveLength(4);
    expect(result.summary.map(({ id }) => id)).toEqual(result.accounts.map(({ id }) => id));
    expect(result).toMatchObject({
      requestId: run.requests('GetAccountsDetail')[0]?.requestId,
      institution: 'FlinksCapital',
      login: { id: loginId },
      freshness: { cached: true, complete: true, lastRefresh: result.login?.['lastRefresh'] },
      polls: 0,
      challengeRounds: 0,
    });
  });

  test('also where nearly every field is null', async () => {
    const run = await flinks.start('sparse-data', { mode: 'live' });
    const result = await resultOf(run);
    expect(withKeys(result.accounts, lowerCase)).toEqual(withKeys(wireDetails(run, 'sparse-data', result), lowerCase));
    expect(keysOf(result.accounts)).toContain('title');
    expect(result.accounts.every(({ title }) => title === null)).toBe(true);
  });

  test('where a login has none', async () => {
    expect(await resultOf(await flinks.start('no-accounts'))).toMatchObject({ accounts: [], summary: [] });
  });

  test('of a login that is not saved, without login and time of refresh', async () => {
    const run = await flinks.start('save-false', { mode: 'live', save: false });
    const result = await resultOf(run);
    expect(result).not.toHaveProperty('login');
    expect(result.freshness).toEqual({ cached: false, complete: true });
    expect(run.requests('Authorize')[0]?.body).toMatchObject({ Save: false });
  });

  test('as large as a megabyte', async () => {
    const result = await resultOf(await flinks.start('large-1-mb'));
    expect(JSON.stringify(result).length).toBeGreaterThan(900_000);
  });
});

describe('nothing is lost on the way', () => {
  test('the whole envelope of Detail, known or not, and the tag', async () => {
    flinks.simulator.inject({ endpoint: 'GetAccountsDetail', fault: { kind: 'unknown-fields' } });
    const run = await flinks.start('plain', { tag: 'branch 7' });
    const result = await resultOf(run);
    const own = ['requestId', 'login', 'summary', 'accounts', 'freshness', 'polls', 'challengeRounds'];
    expect(Object.fromEntries(Object.entries(result).filter(([key]) => !own.includes(key)))).toEqual({
      httpStatusCode: 200,
      institution: 'FlinksCapital',
      institutionId: 14,
      institutionName: 'FlinksCapital',
      // Flinks echoes it in Authorize and Summary.
      tag: 'branch 7',
      brandNewField: { of: ['a', 'later', 'version'] },
    });
    expect(result.accounts[0]).toHaveProperty('brandNewField');
  });

  test('and no field of the envelope takes the place of one of the contract', async () => {
    const body = { Accounts: [{ Id: 'a' }], Polls: 99, Summary: 'x', Freshness: 'x', ChallengeRounds: 99 };
    flinks.simulator.inject({ endpoint: 'GetAccountsDetail', fault: { kind: 'status', status: 200, body } });
    const result = await resultOf(await flinks.start('plain'));
    expect(result).toMatchObject({ polls: 0, challengeRounds: 0, freshness: { cached: true } });
    expect(result.summary).toHaveLength(4);
  });

  test('digits that a double would lose', async () => {
    const result = await resultOf(await flinks.start('large-numbers'));
    const large = { reference: LARGE.Id, balance: { current: LARGE.Current, limit: 12.1 } };
    const transactions = expect.arrayContaining([
      expect.objectContaining({ reference: LARGE.Id, balance: LARGE.Current }),
    ]) as unknown;
    expect(result.accounts).toEqual(Array.from({ length: 4 }, () => expect.objectContaining({ transactions })));
    expect(result).toMatchObject({ accounts: [large, large, large, large], summary: [large, large, large, large] });
  });

  test('an id that a double would change, as the id of an account', async () => {
    const body = {
      HttpStatusCode: 200,
      Accounts: [{ Id: rawNumber(LARGE.Id), Balance: { Current: rawNumber(LARGE.Current) } }],
    };
    flinks.simulator.inject({ endpoint: 'GetAccountsDetail', fault: { kind: 'status', status: 200, body } });
    const { accounts } = await resultOf(await flinks.start('plain'));
    expect(accounts).toEqual([{ id: LARGE.Id, balance: { current: LARGE.Current } }]);
  });

  test.each(['latin-1-at-detail', 'utf-16-at-detail', 'byte-order-mark-at-detail'])(
    'letters of a body in another charset: %s',
    async (scenario) => {
      const run = await flinks.start(scenario, { mode: 'live' });
      const result = await resultOf(run);
      expect(withKeys(result.accounts, lowerCase)).toEqual(withKeys(wireDetails(run, scenario, result), lowerCase));
      expect(JSON.stringify(result.accounts)).toMatch(/[É]/);
    },
  );

  test('any field that Flinks has published: the view has them all, and none is null', async () => {
    const run = await flinks.start('every-field', { tag: 'branch 7' });
    const result = await resultOf(run);
    expect(validator(published('accounts.schema.json'))(result)).toBe(true);
    const came = new Set(pathsOf(result));
    // Summary has no transactions and no identity, and Detail no ratios.
    const missing = pathsOf(filledResult()).filter((path) => !came.has(path));
    expect([...new Set(missing.map((path) => path.replace(/(?<=transactions).*/, '')))]).toEqual([
      'summary.transitNumber',
      'summary.institutionNumber',
      'summary.overdraftLimit',
      'summary.transactions',
      'accounts.eftEligibleRatio',
      'accounts.eTransferEligibleRatio',
    ]);
  });

  test('a field of a surprising type', async () => {
    const Accounts = [{ Id: 7, Title: ['a'], Balance: 'much', Holder: 'me', Transactions: 'none' }];
    const body = { HttpStatusCode: 200, Accounts, Links: 7, InstitutionId: {}, InstitutionName: 7, Tag: [] };
    flinks.simulator.inject({ endpoint: 'GetAccountsDetail', fault: { kind: 'status', status: 200, body } });
    const result = await resultOf(await flinks.start('plain'));
    expect(result).toMatchObject({ links: 7, institutionId: 14, institutionName: 'FlinksCapital' });
    expect(result.accounts).toEqual([{ id: 7, title: ['a'], balance: 'much', holder: 'me', transactions: 'none' }]);
  });
});

describe('a caller who relies on the freshness', () => {
  test.each([
    ['live data are complete', 'plain', { mode: 'live' }, { cached: false, complete: true }],
    ['cached data are complete', 'plain', {}, { cached: true, complete: true }],
    ['no account has a transaction', 'zero-transactions', {}, { cached: true, complete: false }],
    ['no account has a transaction, live', 'zero-transactions', { mode: 'live' }, { cached: false, complete: false }],
    ['nobody asked for transactions', 'plain', { details: { withTransactions: false } }, { complete: true }],
    ['there is no account', 'no-accounts', {}, { complete: false }],
    ['the last refresh stopped at a question', 'cached-question-not-found', {}, { cached: true, complete: false }],
    ['the last answer was wrong', 'cached-invalid-security-response', {}, { cached: true, complete: false }],
    ['the bank was not there', 'cached-retry-later', {}, { cached: true, complete: false }],
    ['the login was never refreshed', 'never-refreshed', {}, { cached: true, complete: false }],
    ['a live login helped', 'cached-question-not-found', { mode: 'live' }, { cached: false, complete: true }],
  ] as const)('learns that %s', async (_, scenario, input, freshness) => {
    const run = await flinks.start(scenario, input);
    expect((await resultOf(run)).freshness).toMatchObject(freshness);
    expect(run.counts()).toEqual({
      GenerateAuthorizeToken: 1,
      Authorize: 1,
      GetAccountsSummary: 1,
      GetAccountsDetail: 1,
    });
  });

  test('gets the time of the last refresh with a zone, and none of a login that was never refreshed', async () => {
    const { freshness, login } = await resultOf(await flinks.start('plain'));
    expect(freshness.lastRefreshAt).toBe(`${login?.lastRefresh}Z`);
    expect(freshness.lastRefresh).toBe(login?.lastRefresh);
    const never = await resultOf(await flinks.start('never-refreshed'));
    expect(never.freshness).toEqual({ lastRefresh: '0001-01-01T00:00:00', cached: true, complete: false });
  });

  test('gets no stored data behind an error that is about the login itself', async () => {
    const run = await flinks.start('cached-disabled-login');
    expect(await run.outcome()).toMatchObject({ type: 'LoginRefused' });
    expect(run.counts()).toEqual({ GenerateAuthorizeToken: 1, Authorize: 1 });
  });

  test.each([
    ['cached', 'authorize-operation-pending'],
    ['cached', 'authorize-operation-dispatched'],
    ['live', 'authorize-operation-pending'],
    ['live', 'authorize-operation-dispatched'],
  ] as const)('waits for a %s login that Flinks answers with 202: %s', async (mode, scenario) => {
    const run = await flinks.start(scenario, { mode });
    expect(await resultOf(run)).toMatchObject({ freshness: { cached: mode === 'cached' } });
    expect(run.counts()).toMatchObject({ Authorize: 1, GetAccountsSummary: 1, GetAccountsDetail: 1 });
  });
});

describe('Flinks is asked', () => {
  const bodies = (run: Retrieval) => run.requests().map(({ body }) => body);

  test('for everything by default, with each flag said', async () => {
    const loginId = loginIdFor('plain', 5_001);
    const run = await flinks.startWith({ login: { loginId } });
    const { requestId: RequestId } = await resultOf(run);
    expect(bodies(run)).toEqual([
      undefined,
      { LoginId: loginId, MostRecentCached: true, Save: true },
      expect.objectContaining({ RequestId }),
      {
        RequestId,
        WithTransactions: true,
        DaysOfTransactions: 'Days90',
        WithAccountIdentity: true,
        WithKYC: true,
      },
    ]);
  });

  test('for what the caller chose, and told language and tag', async () => {
    const first = await resultOf(await flinks.startWith({ login: { loginId: loginIdFor('plain', 5_002) } }));
    const accountsFilter = first.accounts.slice(0, 1).map(({ id }) => id);
    const details = { daysOfTransactions: 'Days365', withKyc: false, withAccountIdentity: false, accountsFilter };
    const run = await flinks.startWith({
      login: { loginId: loginIdFor('plain', 5_002) },
      mode: 'live',
      language: 'fr',
      tag: 'branch 7',
      details,
    });
    expect((await resultOf(run)).accounts.map(({ id }) => id)).toEqual(accountsFilter);
    expect(bodies(run)[1]).toMatchObject({ MostRecentCached: false, Language: 'fr', Tag: 'branch 7' });
    expect(bodies(run)[3]).toMatchObject({
      WithTransactions: true,
      DaysOfTransactions: 'Days365',
      WithAccountIdentity: false,
      WithKYC: false,
      AccountsFilter: accountsFilter,
    });
  });

  test('to log in live with credentials', async () => {
    const login = { institution: 'FlinksCapital', username: 'plain+5', password: 'Everyday' };
    const run = await flinks.startWith({ login });
    const result = await resultOf(run);
    expect(bodies(run)[1]).toEqual({
      Institution: 'FlinksCapital',
      Username: 'plain+5',
      Password: 'Everyday',
      MostRecentCached: false,
      Save: true,
    });
    expect(result.freshness).toMatchObject({ cached: false, complete: true });
    expect(JSON.stringify(result)).not.toContain('Everyday"');
  });
});
