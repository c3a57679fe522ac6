// A result in which every field that Flinks has published has a value. The compiler refuses one that lacks a field of the view.
import type { Account, FlinksLogin, Link, RetrieveAccountDetailsResult } from '../../src/contract.js';

/** The fields that a type names, without those that may come beside them. */
type Named<T> = { [Key in keyof T as string extends Key ? never : Key]: T[Key] };

/** A type in which nothing is null or absent, at every depth. */
export type Filled<T> = T extends (infer Item)[]
  ? Filled<Item>[]
  : T extends object
    ? { [Key in keyof Named<T>]-?: Filled<NonNullable<Named<T>[Key]>> }
    : T;

/** The n-th account of such a result. */
export const filledAccount = (n: number): Filled<Account> => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  title: `Account ${n}`,
  accountNumber: `12-345${n}`,
  lastFourDigits: '3451',
  transitNumber: '01234',
  institutionNumber: '077',
  overdraftLimit: 500,
  balance: { available: 10.5, current: '1000000000000000.01', limit: 5_000 },
  category: 'Operations',
  type: 'Chequing',
  currency: 'CAD',
  accountType: 'Personal',
  holder: {
    name: 'Amélie Tremblay',
    address: {
      civicAddress: '1 Rue des Érables',
      city: 'Montréal',
      province: 'QC',
      postalCode: 'H2X 1Y4',
      poBox: 'CP 12',
      country: 'CA',
    },
    email: 'amelie@example.com',
    phoneNumber: '(514) 555-0100',
  },
  transactions: [
    { id: `t${n}`, date: '2026-01-15', description: 'COFFEE HOUSE', debit: 4.5, credit: 0.5, balance: 10.5, code: 7 },
  ],
  eftEligibleRatio: 1,
  eTransferEligibleRatio: 0.5,
});

const filledLogin: Filled<FlinksLogin> = {
  id: '5c000010-0000-4000-8000-000000000001',
  username: 'amelie',
  isScheduledRefresh: false,
  lastRefresh: '2026-01-15T12:00:00.0000000',
  type: 'Personal',
};

const filledLink: Filled<Link> = { rel: 'AccountsDetail', href: '/GetAccountsDetail', example: '/GetAccountsDetail' };

/** The whole result, of so many accounts. */
export function filledResult(accounts = 1): Filled<RetrieveAccountDetailsResult> {
  const filled = Array.from({ length: accounts }, (_, index) => filledAccount(index + 1));
  return {
    requestId: '00000000-0000-4000-8000-0000000000a1',
    institution: 'FlinksCapital',
    institutionId: 14,
    institutionName: 'Flinks Capital',
    tag: 'branch 7',
    login: filledLogin,
    summary: filled,
    accounts: filled,
    links: [filledLink],
    freshness: {
      lastRefresh: filledLogin.lastRefresh,
      lastRefreshAt: `${filledLogin.lastRefresh}Z`,
      cached: true,
      complete: true,
    },
    polls: 2,
    challengeRounds: 1,
  };
}
