// The same calls of Flinks as the product's, as a sample would write them: plain JSON, no checks, no encryption.
import axios from 'axios';

const { FLINKS_BASE_URL, FLINKS_CUSTOMER_ID, FLINKS_SECRET_KEY, FLINKS_API_KEY } = process.env;

const flinks = axios.create({
  baseURL: `${FLINKS_BASE_URL}/v3/${FLINKS_CUSTOMER_ID}/BankingServices/`,
  headers: { 'x-api-key': FLINKS_API_KEY },
  validateStatus: (status) => status === 200 || status === 202,
});

interface Reply {
  RequestId: string;
  Accounts?: unknown[];
}

export async function authorize(loginId: string, live: boolean): Promise<string> {
  const token = await flinks.post<{ Token: string }>(
    'GenerateAuthorizeToken',
    {},
    { headers: { 'flinks-auth-key': FLINKS_SECRET_KEY } },
  );
  const session = await flinks.post<Reply>(
    'Authorize',
    { LoginId: loginId, MostRecentCached: !live, Save: true, Language: 'en' },
    { headers: { 'flinks-auth-key': token.data.Token } },
  );
  return session.data.RequestId;
}

export async function getAccountsSummary(requestId: string): Promise<Reply> {
  return (await flinks.post<Reply>('GetAccountsSummary', { RequestId: requestId })).data;
}

export async function getAccountsDetail(requestId: string): Promise<Reply> {
  const options = { WithTransactions: true, DaysOfTransactions: 'Days90', WithAccountIdentity: true, WithKYC: true };
  return (await flinks.post<Reply>('GetAccountsDetail', { RequestId: requestId, ...options })).data;
}

export async function getAccountsDetailAsync(requestId: string): Promise<Reply> {
  return (await flinks.get<Reply>(`GetAccountsDetailAsync/${requestId}`)).data;
}
