/**
 * The doors of Flinks that the simulator has, each with its methods. Flinks documents GET for the Async endpoints; public
 * clients also POST to them.
 */
export const METHODS = {
  GenerateAuthorizeToken: ['POST'],
  Authorize: ['POST'],
  GetAccountsSummary: ['POST'],
  GetAccountsSummaryAsync: ['GET', 'POST'],
  GetAccountsDetail: ['POST'],
  GetAccountsDetailAsync: ['GET', 'POST'],
  GetStatements: ['POST'],
  GetStatementsAsync: ['GET', 'POST'],
  GetMFAQuestions: ['GET'],
  SetScheduledRefresh: ['PATCH'],
  DeleteCard: ['DELETE'],
} as const satisfies Record<string, readonly string[]>;

export type Endpoint = keyof typeof METHODS;

export function isEndpoint(name: unknown): name is Endpoint {
  return typeof name === 'string' && Object.hasOwn(METHODS, name);
}

/** Whether the path ends in a LoginId, a RequestId, or with the endpoint itself. */
export function idIn(endpoint: Endpoint): 'LoginId' | 'RequestId' | undefined {
  if (endpoint === 'DeleteCard' || endpoint === 'GetMFAQuestions') return 'LoginId';
  return endpoint.endsWith('Async') ? 'RequestId' : undefined;
}
