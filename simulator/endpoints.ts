/** The doors of Flinks that the simulator has, each with its only method. */
export const METHODS = {
  GenerateAuthorizeToken: 'POST',
  Authorize: 'POST',
  GetAccountsSummary: 'POST',
  GetAccountsSummaryAsync: 'GET',
  GetAccountsDetail: 'POST',
  GetAccountsDetailAsync: 'GET',
  DeleteCard: 'DELETE',
} as const;

export type Endpoint = keyof typeof METHODS;

export function isEndpoint(name: unknown): name is Endpoint {
  return typeof name === 'string' && Object.hasOwn(METHODS, name);
}
