// Takes the pictures of the Web UI for docs/operations/runs.md from real runs: `npm run screenshots`.
import type { Page } from 'playwright-core';
import { localEnvironment } from '../dev/local-environment.js';
import { startStack } from '../dev/stack.js';
import { answersFor, loginIdFor } from '../simulator/server.js';
import { connectClient, type AccountDetailsClient, type StartedRun } from '../src/client.js';
import type { RetrieveAccountDetailsInput, Stage } from '../src/contract.js';
import { startChromium } from './support/chromium.js';
import { showColumns, shows } from './support/web-ui.js';
import { until } from './support/until.js';

const folder = 'docs/images';

const stack = await startStack();
const client = await connectClient(localEnvironment(stack.environment));
const browser = await startChromium();
try {
  await takeAll(client, await browser.newPage({ viewport: { width: 1_800, height: 1_000 } }));
} finally {
  await browser.close();
  await client.close();
  await stack.stop();
}
process.exit(0);

async function takeAll(client: AccountDetailsClient, page: Page): Promise<void> {
  const start = (scenario: string, input: Partial<RetrieveAccountDetailsInput> = {}) =>
    client.start({ login: { loginId: loginIdFor(scenario) }, ...input });
  const reaches = (run: StartedRun, stage: Stage) =>
    until(`${run.workflowId} is in ${stage}`, async () => (await client.progress(run.workflowId)).stage === stage);

  const polling = { interval: '2 seconds', deadline: '6 seconds' };
  const finished = await start('question-then-pending', { polling });
  await reaches(finished, 'awaitingAnswers');
  const { challenges = [] } = await client.progress(finished.workflowId);
  const prompts = challenges.map(({ prompt }) => prompt);
  await client.answer(finished.workflowId, { answers: answersFor('question-then-pending', prompts) });
  await client.result(finished.workflowId);
  const failed = await start('pending-for-ever', { polling: { interval: '1 second', deadline: '3 seconds' } });
  const refused = await start('disabled-login', { mode: 'live' });
  for (const run of [failed, refused]) await client.result(run.workflowId).catch(() => undefined);
  const waiting = await start('several-prompts', { mode: 'live' });
  const pending = await start('summary-pending-for-ever');
  await reaches(waiting, 'awaitingAnswers');
  await reaches(pending, 'waitingForFlinks');

  const runs = `${stack.temporal.uiUrl}/namespaces/default/workflows`;
  async function take(name: string, address: string, text: string): Promise<void> {
    await page.goto(address, { waitUntil: 'domcontentloaded' });
    await shows(page, text);
    await page.screenshot({ path: `${folder}/${name}.png` });
    process.stdout.write(`${folder}/${name}.png\n`);
  }
  const pageOf = ({ workflowId, runId }: StartedRun, tab: string): string => `${runs}/${workflowId}/${runId}/${tab}`;

  await showColumns(page);
  await take('web-ui-list', runs, 'awaitingAnswers');
  await take('web-ui-waiting', pageOf(waiting, 'user-metadata'), 'the bank asks');
  await take('web-ui-failed', pageOf(failed, 'user-metadata'), 'Contact Flinks support');
  await take('web-ui-finished', pageOf(finished, 'timeline'), 'Poll 2 of 3');
}
