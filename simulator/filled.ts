import { isObject, type Json } from './fields.js';

/** What stands in a reply that is filled, if a plain one has null there. */
const FILLING: Json = {
  AccountType: 'Personal',
  Available: 120.5,
  Code: 7,
  Credit: 0.5,
  Debit: 0.25,
  Email: 'amelie.tremblay@example.com',
  LastFourDigits: '4321',
  Limit: 5_000,
  OverdraftLimit: 500,
  POBox: 'CP 12',
  example: '/GetAccountsDetail',
};

/** A copy without a null in any field that Flinks has published. */
export function filled<T>(value: T): T {
  return fill(value, '') as T;
}

function fill(value: unknown, key: string): unknown {
  if (value === null) return FILLING[key] ?? null;
  if (Array.isArray(value)) return value.map((item) => fill(item, key));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fill(item, name)]));
}
