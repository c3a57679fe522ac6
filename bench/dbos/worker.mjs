// The flow on DBOS, at its default settings. JavaScript, because the compiler has no types of packages that are only
// installed for a benchmark.
import { DBOS } from '@dbos-inc/dbos-sdk';
import { authorize, getAccountsDetail, getAccountsDetailAsync, getAccountsSummary } from '../bare/activities.ts';

const flow = DBOS.registerWorkflow(
  async (loginId, live, interval) => {
    const requestId = await DBOS.runStep(() => authorize(loginId, live), { name: 'authorize' });
    const summary = await DBOS.runStep(() => getAccountsSummary(requestId), { name: 'getAccountsSummary' });
    let detail = await DBOS.runStep(() => getAccountsDetail(requestId), { name: 'getAccountsDetail' });
    while (!detail.Accounts) {
      await DBOS.sleep(interval);
      detail = await DBOS.runStep(() => getAccountsDetailAsync(requestId), { name: 'getAccountsDetailAsync' });
    }
    return { requestId, summary: summary.Accounts, accounts: detail.Accounts };
  },
  { name: 'flow' },
);

// Its connections to the database would keep it alive after a crash of the benchmark.
process.on('disconnect', () => process.exit());

DBOS.setConfig({ name: 'bench', systemDatabaseUrl: process.env.DATABASE_URL, logLevel: 'error' });
await DBOS.launch();
process.on('message', ({ loginId, live, interval }) => {
  DBOS.startWorkflow(flow, { workflowID: `flow-${loginId}` })(loginId, live, interval)
    .then((handle) => handle.getResult())
    .then(
      () => process.send({ loginId }),
      (error) => process.send({ loginId, error: error.message }),
    );
});
process.send('ready');
