import type { Json } from './fields.js';
import type { Owner } from './owner.js';
import { randomFrom } from './random.js';

const DAY_MS = 24 * 60 * 60_000;

// What one transaction takes in JSON, measured on the generated ones.
const BYTES_PER_TRANSACTION = 161;

const SPENDING = ['GROCERY MARKET', 'COFFEE HOUSE', 'PHARMACY', 'TRANSIT PASS', 'HYDRO BILL', 'ÉPICERIE DU COIN'];
const INCOME = ['PAYROLL DEPOSIT', 'E-TRANSFER RECEIVED', 'INTEREST', 'REFUND'];

/** The transactions of one account over the last `days`, newest first, with the balance after each, down from `current`. */
export function transactionsFor(owner: Owner, account: number, days: number, current: number): Json[] {
  const { seed, loginId, data, refreshedAt } = owner;
  if (data.withoutTransactions) return [];
  const random = randomFrom(seed, loginId, 'transactions', account);
  const perDay = random.integer(2, 9) / 10;
  const count =
    data.bytes === undefined
      ? Math.max(1, Math.round(perDay * days))
      : Math.round(data.bytes / BYTES_PER_TRANSACTION / data.accounts);

  let balance = Math.round(current * 100);
  return Array.from({ length: count }, (_, index) => {
    const credit = random.chance(0.25);
    const cents = random.integer(150, credit ? 250_000 : 18_000);
    const transaction = {
      Date: data.sparse ? null : dayOf(refreshedAt - Math.floor((index * days) / count) * DAY_MS),
      Code: null,
      Description: data.sparse ? null : `${random.pick(credit ? INCOME : SPENDING)} ${random.digits(4)}`,
      Debit: credit ? null : cents / 100,
      Credit: credit ? cents / 100 : null,
      Balance: data.sparse ? null : balance / 100,
      Id: random.guid(),
    };
    balance += credit ? -cents : cents;
    return transaction;
  });
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
