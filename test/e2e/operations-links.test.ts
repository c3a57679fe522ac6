import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporalCli } from '../../dev/binaries.js';
import type { TemporalServer } from '../../dev/temporal-server.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import type { AccountDetailsClient } from '../../src/client.js';
import type { RetrieveAccountDetailsInput, Stage } from '../../src/contract.js';
import { chromiumPath, startChromium } from '../support/chromium.js';
import { clientAt } from '../support/client.js';
import { devServer } from '../support/servers.js';
import { until } from '../support/until.js';
import { showColumns } from '../support/web-ui.js';
import { startWorker, type WorkerProcess } from '../support/worker-process.js';

const page = await readFile(new URL('../../docs/operations/runs.md', import.meta.url), 'utf8');

/** The address behind what the page says of these runs: a link, or what its command writes. */
async function addressOf(runs: string): Promise<string> {
  const [, after = ''] = page.split(runs);
  const [, link] = /\((http:\S+)\)/.exec(after) ?? [];
  const [, code] = /^\s*:\n\n```sh\nnode -p '(.*)'\n/.exec(after) ?? [];
  if (code === undefined) return link ?? '';
  // A run that is ten minutes old takes ten minutes; any run is older than one second from now.
  const { stdout } = await promisify(execFile)(process.execPath, ['-p', code.replace('- 10 * 60_000', '+ 1_000')]);
  return stdout.trim();
}

describe.skipIf(!chromiumPath)('docs/operations/runs.md leads an operator to the runs', () => {
  let server: TemporalServer;
  let simulator: Simulator;
  let worker: WorkerProcess;
  let client: AccountDetailsClient;
  let browser: Browser;
  let tab: Page;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    [server, simulator] = await Promise.all([devServer({ uiPort: 0 }), startSimulator()]);
    [worker, client, browser] = await Promise.all([
      startWorker(server, simulator),
      clientAt(server.address),
      startChromium(),
    ]);
    tab = await browser.newPage({ viewport: { width: 1_600, height: 900 } });
    await showColumns(tab);
    const start = async (name: string, scenario: string, input: Partial<RetrieveAccountDetailsInput> = {}) => {
      const loginId = loginIdFor(scenario, Object.keys(ids).length + 1);
      ids[name] = (await client.start({ login: { loginId }, ...input })).workflowId;
      return ids[name];
    };
    const reaches = (id: string, stage: Stage) =>
      until(`${id} is in ${stage}`, async () => (await client.progress(id)).stage === stage);
    const shortly = { polling: { interval: '1 second', deadline: '1 second' } };
    await reaches(await start('asked', 'question'), 'awaitingAnswers');
    await reaches(await start('terminated', 'question'), 'awaitingAnswers');
    await reaches(await start('pending', 'pending-for-ever'), 'waitingForFlinks');
    await reaches(await start('paused', 'pending-for-ever'), 'waitingForFlinks');
    await client.result(await start('completed', 'one-account'));
    await client.result(await start('too long', 'pending-for-ever', shortly)).catch(() => undefined);
    await client.result(await start('refused', 'disabled-login')).catch(() => undefined);
    for (const [what, id = ''] of [
      ['terminate', ids['terminated']],
      ['pause', ids['paused']],
    ] as const) {
      const args = ['workflow', what, '--workflow-id', id, '--reason', 'a test', '--address', server.address];
      await promisify(execFile)(await temporalCli(), args);
    }
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await client?.close();
    await worker?.stop();
    await simulator?.close();
    await server?.stop();
  });

  test.each([
    ['waiting for an answer', ['asked']],
    ['Pending over 10 minutes', ['pending']],
    ['failed at bank X', ['too long']],
    ['failed with a code', ['refused']],
    ['Failed in the last day by code', ['too long']],
    ['paused, and forgotten', ['paused']],
  ])('%s', async (runs, expected) => {
    const address = (await addressOf(runs)).replace('http://localhost:8233', server.uiUrl ?? '');
    const wanted = expected.map((name) => ids[name] ?? '').toSorted();
    await until(
      `the list is ${wanted.join(', ')}`,
      async () => {
        await tab.goto(address, { waitUntil: 'domcontentloaded' });
        const links = tab.locator('tbody a', { hasText: 'account-details-' });
        await links.first().waitFor({ timeout: 15_000 });
        const listed = await links.allInnerTexts();
        return JSON.stringify(listed.map((id) => id.trim()).toSorted()) === JSON.stringify(wanted);
      },
      { withinMs: 40_000, everyMs: 500 },
    );
    expect(await tab.locator('thead').innerText()).toMatch(
      /FlinksStage\s+FlinksStageSince\s+FlinksInstitution\s+FlinksCode/,
    );
  });
});
