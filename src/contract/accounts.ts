// What Flinks puts into a result, as far as its documents and published bodies say: a view to read by, and no check. A run
// passes on what came, whatever its type. Any object may hold more than is named here.
import { z } from 'zod';

/** Almost every field can be null or absent. */
const field = <Schema extends z.ZodType>(schema: Schema, says = '') =>
  says === '' ? schema.nullish() : schema.nullish().describe(says);
const text = (says?: string) => field(z.string(), says);
/** A number that a double cannot hold as it was written comes as the text of its digits. */
const number = (says?: string) =>
  field(z.union([z.number(), z.string().regex(/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/)]), says);

const balanceSchema = z.looseObject({
  available: number('What can be spent: authorized transactions are counted.'),
  current: number('What is there by the transactions that are posted.'),
  limit: number('Of a credit.'),
});

const addressSchema = z.looseObject({
  civicAddress: text('Number and street.'),
  city: text(),
  province: text('Such as `QC`.'),
  postalCode: text(),
  poBox: text(),
  country: text('Such as `CA`.'),
});

const holderSchema = z.looseObject({
  name: text(),
  address: field(addressSchema),
  email: text(),
  phoneNumber: text('As the bank writes it.'),
});

const transactionSchema = z.looseObject({
  id: text('Given by Flinks.'),
  date: text('`YYYY-MM-DD`.'),
  description: text('As the bank writes it.'),
  debit: number('Positive. One of `debit` and `credit` is usually null.'),
  credit: number('Positive.'),
  balance: number('Of the account after the transaction.'),
  // Without a bound JSON Schema would have a list of types here, which strict validators refuse.
  code: field(z.union([z.number(), z.string().min(0)]), 'Flinks has deprecated it.'),
});

const accountSchema = z.looseObject({
  id: z.string().describe('GUID.'),
  title: text('Its name at the bank.'),
  accountNumber: text('May hold letters, hyphens and asterisks.'),
  lastFourDigits: text(),
  transitNumber: text('May begin with zeros. In `accounts` only.'),
  institutionNumber: text('May begin with zeros. In `accounts` only.'),
  overdraftLimit: number('In `accounts` only.'),
  balance: field(balanceSchema),
  category: text('`Operations`, `Credits`, `Products` or `Other`.'),
  type: text('Such as `Chequing` or `CreditCard`: more than sixty, and more may follow.'),
  currency: text('Such as `CAD`.'),
  accountType: text('`Personal` or `Business`. Often null in `accounts`.'),
  holder: field(holderSchema, 'Null without `withKyc`.'),
  transactions: field(z.array(transactionSchema), 'In `accounts` only, and only with `withTransactions`.'),
  eftEligibleRatio: number('From 0 to 1. In `summary` only.'),
  eTransferEligibleRatio: number('From 0 to 1. In `summary` only.'),
});

const flinksLoginSchema = z.looseObject({
  id: text('The LoginId. Never show it to a browser.'),
  username: text('At the bank.'),
  isScheduledRefresh: field(z.boolean(), 'Whether Flinks refreshes it every night.'),
  lastRefresh: text('UTC without a zone; `freshness.lastRefreshAt` has one.'),
  type: text('`Personal` or `Business`.'),
});

const linkSchema = z.looseObject({
  rel: text('What it leads to.'),
  href: text('A path at Flinks, or the template of one.'),
  example: text(),
});

export type Balance = z.infer<typeof balanceSchema>;
export type Address = z.infer<typeof addressSchema>;
export type Holder = z.infer<typeof holderSchema>;
export type Transaction = z.infer<typeof transactionSchema>;
/** An account of `accounts` or `summary`. */
export type Account = z.infer<typeof accountSchema>;
/** `login` of a result: what Flinks stores under a LoginId. */
export type FlinksLogin = z.infer<typeof flinksLoginSchema>;
export type Link = z.infer<typeof linkSchema>;

/** The objects of the view by the names of their types. */
export const flinksObjects = {
  Account: accountSchema,
  Balance: balanceSchema,
  Holder: holderSchema,
  Address: addressSchema,
  Transaction: transactionSchema,
  FlinksLogin: flinksLoginSchema,
  Link: linkSchema,
};
