// A bare Temporal flow of the same shape, as the official samples are written.
import { proxyActivities, sleep } from '@temporalio/workflow';
import type * as activities from './activities.js';

const { authorize, getAccountsSummary, getAccountsDetail, getAccountsDetailAsync } = proxyActivities<typeof activities>(
  {
    startToCloseTimeout: '1 minute',
  },
);

export async function bareFlow(loginId: string, live: boolean, interval: string) {
  const requestId = await authorize(loginId, live);
  const summary = await getAccountsSummary(requestId);
  let detail = await getAccountsDetail(requestId);
  while (!detail.Accounts) {
    await sleep(interval);
    detail = await getAccountsDetailAsync(requestId);
  }
  return { requestId, summary: summary.Accounts, accounts: detail.Accounts };
}
