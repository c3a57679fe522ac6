// What a run tells while it waits to make a call again.
import { expect, test } from 'vitest';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();
const limited = { kind: 'status', status: 429, code: 'TOO_MANY_REQUESTS', headers: { 'retry-after': '60' } } as const;

test.each([
  ['a cached Authorize', 'authorizing', { endpoint: 'Authorize' }],
  ['Summary', 'summarizing', { endpoint: 'GetAccountsSummary' }],
  ['Detail', 'retrievingDetails', { endpoint: 'GetAccountsDetail' }],
] as const)('a run that waits to repeat %s says why, which attempt comes next, and when', async (_, stage, at) => {
  flinks.simulator.inject({ ...at, times: 2, fault: limited });
  const run = await flinks.start('plain');
  for (const attempt of [2, 3]) {
    const { retry, ...waiting } = await run.until(({ retry }) => retry?.attempt === attempt);
    expect(waiting).toMatchObject({ stage, lastFlinksCode: 'TOO_MANY_REQUESTS' });
    expect(retry).toEqual({ attempt, of: 3, at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/) });
    const asked = run.requests(at.endpoint).length;
    expect(asked).toBe(attempt - 1);
    const page = JSON.stringify(await run.handle.query('__temporal_workflow_metadata'));
    expect(page).toContain(`Attempt ${attempt} of 3 follows at`);
    await flinks.server.sleep(Date.parse(retry?.at ?? '') - (await flinks.server.currentTimeMs()) + 3_000);
  }
  expect(await run.outcome()).toHaveProperty('completed');
  expect(await run.progress()).not.toHaveProperty('retry');
});

test('a run that is cancelled while it waits shows no attempt any more', async () => {
  flinks.simulator.inject({ endpoint: 'GetAccountsSummary', fault: limited });
  const run = await flinks.start('plain');
  await run.until(({ retry }) => retry !== undefined);
  await run.handle.cancel();
  await run.closed();
  expect(await run.progress()).toMatchObject({ stage: 'cancelled' });
  expect(await run.progress()).not.toHaveProperty('retry');
});
