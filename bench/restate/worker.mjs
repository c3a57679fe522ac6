// The flow on Restate, at its default settings. JavaScript, because the compiler has no types of packages that are only
// installed for a benchmark.
import { createServer } from 'node:http2';
import { createEndpointHandler, workflow } from '@restatedev/restate-sdk';
import { authorize, getAccountsDetail, getAccountsDetailAsync, getAccountsSummary } from '../bare/activities.ts';

// The SDK wants Node 22, and this is what Node 20 lacks for it.
Promise.withResolvers ??= () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};

const flow = workflow({
  name: 'flow',
  handlers: {
    async run(context, { live, interval }) {
      const requestId = await context.run('authorize', () => authorize(context.key, live));
      const summary = await context.run('getAccountsSummary', () => getAccountsSummary(requestId));
      let detail = await context.run('getAccountsDetail', () => getAccountsDetail(requestId));
      while (!detail.Accounts) {
        await context.sleep(interval);
        detail = await context.run('getAccountsDetailAsync', () => getAccountsDetailAsync(requestId));
      }
      return { requestId, summary: summary.Accounts, accounts: detail.Accounts };
    },
  },
});

const server = createServer(createEndpointHandler({ services: [flow] }));
server.listen(0, '127.0.0.1', () => console.log(`worker ready http://127.0.0.1:${server.address().port}`));
