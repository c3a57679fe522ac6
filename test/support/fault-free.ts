import { detailsOf } from '../../simulator/accounts.js';
import { fieldsOf } from '../../simulator/fields.js';
import { scenarioNamed } from '../../simulator/scenarios.js';
import type { RetrieveAccountDetailsResult } from '../../src/contract.js';

/**
 * Whether a result holds what Flinks has of this login and nothing else: what a run without any fault would have brought.
 * Fields that the fault `unknown-fields` adds do not count.
 */
export function isFaultFree(
  { accounts, freshness: { lastRefresh } }: RetrieveAccountDetailsResult,
  scenario: string,
  loginId: string,
): boolean {
  const { data } = scenarioNamed(scenario);
  // Flinks leaves it out after an answer in cached mode. The newest transaction is of the day of the refresh.
  const newest = (accounts[0]?.['transactions'] as { date: string }[] | undefined)?.[0]?.date;
  const refreshedAt = Date.parse(lastRefresh === undefined ? (newest ?? '') : `${lastRefresh.slice(0, 23)}Z`);
  const atFlinks = detailsOf({ seed: 1, loginId, data, refreshedAt }, fieldsOf({}));
  return canonical(accounts) === canonical(atFlinks);
}

/** JSON without the spelling of its keys, which differs between Flinks and us, and without their order. */
const canonical = (value: unknown): string => JSON.stringify(plain(value));

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .map(([key, item]) => [key.toLowerCase(), plain(item)] as const)
    .filter(([key]) => key !== 'brandnewfield')
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
}
