import type { Json } from './fields.js';

const RAW = '\u0001';
const AMOUNTS = new Set([
  'Available',
  'Balance',
  'Credit',
  'Current',
  'Debit',
  'EftEligibleRatio',
  'ETransferEligibleRatio',
  'Limit',
  'OverdraftLimit',
]);

/** These digits as a number of the body, however many they are. */
export const rawNumber = (digits: string): string => RAW + digits;

/** A body as Flinks writes it: an amount has a decimal point also if it is whole, such as `200000.0`. */
export function toJson(body: Json): string {
  const text = JSON.stringify(body, (key, value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && AMOUNTS.has(key) ? rawNumber(`${value}.0`) : value,
  );
  return text.replaceAll(/"\\u0001([-\d.]+)"/g, '$1');
}
