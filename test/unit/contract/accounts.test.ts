import { readFileSync } from 'node:fs';
import { expect, expectTypeOf, test } from 'vitest';
import { accountsPage, accountsText, viewFields } from '../../../dev/accounts-page.js';
import type { Account, Balance, Holder, RetrieveAccountDetailsResult, Transaction } from '../../../src/client.js';
import { resultSchema } from '../../../src/contract.js';
import { camelCaseKeys } from '../../../src/flinks/camel-case.js';
import { published, validator } from '../../support/documents.js';
import { filledAccount, filledResult } from '../../support/filled-result.js';

/** The fields of each object as Flinks' documents and published bodies name them. */
const publishedFields = {
  Account:
    'Id Title AccountNumber LastFourDigits TransitNumber InstitutionNumber OverdraftLimit Balance Category Type Currency AccountType Holder Transactions EftEligibleRatio ETransferEligibleRatio',
  Balance: 'Available Current Limit',
  Holder: 'Name Address Email PhoneNumber',
  Address: 'CivicAddress City Province PostalCode POBox Country',
  Transaction: 'Id Date Description Debit Credit Balance Code',
  FlinksLogin: 'Id Username IsScheduledRefresh LastRefresh Type',
  Link: 'rel href example',
};
/** The same, as a caller reads them. */
const fieldsOf = (object: string): string[] => {
  const names = publishedFields[object as keyof typeof publishedFields].split(' ');
  return Object.keys(camelCaseKeys(Object.fromEntries(names.map((name) => [name, 1]))));
};

test('the view has every field that Flinks has published, and no other', () => {
  const view = Object.entries(viewFields()).map(([object, fields]) => [object, fields.map(({ name }) => name)]);
  const wanted = Object.keys(publishedFields).map((object) => [object, fieldsOf(object)]);
  expect(view).toEqual(wanted);
});

test('the types have these fields, each of which says what it may be', () => {
  const filled: RetrieveAccountDetailsResult = filledResult();
  const [account] = filled.accounts;
  expectTypeOf<Account['id']>().toEqualTypeOf<string>();
  expectTypeOf<Account['title']>().toEqualTypeOf<string | null | undefined>();
  expectTypeOf<Account['balance']>().toEqualTypeOf<Balance | null | undefined>();
  expectTypeOf<Account['holder']>().toEqualTypeOf<Holder | null | undefined>();
  expectTypeOf<Account['transactions']>().toEqualTypeOf<Transaction[] | null | undefined>();
  expectTypeOf<Balance['current']>().toEqualTypeOf<number | string | null | undefined>();
  expectTypeOf<Account['fieldOfALaterVersion']>().toEqualTypeOf<unknown>();
  expectTypeOf<RetrieveAccountDetailsResult['login']>().not.toBeAny();
  for (const [object, value] of Object.entries({
    Account: account,
    Balance: account?.balance,
    Holder: account?.holder,
    Address: account?.holder?.address,
    Transaction: account?.transactions?.[0],
    FlinksLogin: filled.login,
    Link: filled.links?.[0],
  }))
    expect([object, Object.keys(value ?? {}).toSorted()]).toEqual([object, fieldsOf(object).toSorted()]);
});

const fitsView = validator(published('accounts.schema.json'));

test('a result in which everything is filled fits the view and the contract, and so does one that may grow', () => {
  for (const result of [filledResult(3), { ...filledResult(2), accounts: [{ ...filledAccount(1), later: {} }] }]) {
    expect(fitsView(result)).toBe(true);
    expect(resultSchema.safeParse(result).success).toBe(true);
  }
});

test('every field but the id of an account may be null or absent', () => {
  const nothing = (object: object) => Object.fromEntries(Object.keys(object).map((field) => [field, null]));
  const { id } = filledAccount(1);
  const accounts = [{ id }, { ...nothing(filledAccount(1)), id }, { id, balance: {}, transactions: [{}], holder: {} }];
  expect(fitsView({ summary: [], accounts, login: {}, links: null })).toBe(true);
  expect(fitsView({ summary: [], accounts: [{}] })).toBe(false);
});

test('a field of a surprising type is seen by the view, and no reason for the contract to refuse a result', () => {
  const surprising = {
    ...filledResult(),
    accounts: [{ id: 7, title: [], balance: 'much', transactions: {} }],
    links: 'no',
  };
  expect(fitsView(surprising)).toBe(false);
  expect(resultSchema.safeParse(surprising).success).toBe(true);
  expect(validator(published('result.schema.json'))(surprising)).toBe(true);
});

test('the page of accounts is what the code says: npm run schemas writes it again', async () => {
  expect(readFileSync(accountsPage, 'utf8')).toBe(await accountsText());
});
