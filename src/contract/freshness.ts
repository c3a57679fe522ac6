// How Flinks writes when it last refreshed the data of a login: UTC without a zone, with six or seven digits of the second
// (docs.flinks.com, /Authorize and /GetAccountsSummary).

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/;
/** .NET's first moment stands for a login that was never refreshed. */
const firstMoment = /^0001-01-01T/;

/** Whether Flinks says that a login was never refreshed. A login without a time says nothing. */
export const isNeverRefreshed = (lastRefresh: unknown): boolean =>
  typeof lastRefresh === 'string' && firstMoment.test(lastRefresh);

/** The moment of the last refresh in ISO 8601, UTC with a `Z`; undefined if there was no refresh, or no time that can be read. */
export function refreshedAt(lastRefresh: unknown): string | undefined {
  if (typeof lastRefresh !== 'string' || isNeverRefreshed(lastRefresh)) return undefined;
  const [, zone] = time.exec(lastRefresh) ?? [undefined, undefined];
  const inUtc = zone === undefined ? `${lastRefresh}Z` : lastRefresh;
  if (!time.test(lastRefresh) || Number.isNaN(Date.parse(inUtc))) return undefined;
  return inUtc.endsWith('Z') ? inUtc : new Date(inUtc).toISOString();
}
