// The flow without durability: a process that is told LoginIds and says when each is done.
import { setTimeout as sleep } from 'node:timers/promises';
import { authorize, getAccountsDetail, getAccountsDetailAsync, getAccountsSummary } from './bare/activities.js';
import type { Order, Reply } from './forked.js';

async function flow({ loginId, live, interval }: Order): Promise<void> {
  const requestId = await authorize(loginId, live);
  await getAccountsSummary(requestId);
  let detail = await getAccountsDetail(requestId);
  while (!detail.Accounts) {
    await sleep(interval);
    detail = await getAccountsDetailAsync(requestId);
  }
}

const say = (reply: Reply): void => void process.send?.(reply);

process.on('message', (order: Order) => {
  const { loginId } = order;
  flow(order).then(
    () => say({ loginId }),
    (error: Error) => say({ loginId, error: error.message }),
  );
});
say('ready');
