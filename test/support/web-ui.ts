import type { Page } from 'playwright-core';
import { until } from './until.js';

/** The columns that docs/operations/runs.md recommends. */
const columns = [
  'Status',
  'FlinksStage',
  'FlinksStageSince',
  'FlinksInstitution',
  'FlinksCode',
  'Workflow ID',
  'Start',
];

/** Gives the lists of runs of this page their columns, where the Web UI keeps what an operator has configured. */
export async function showColumns(page: Page): Promise<void> {
  const configured = JSON.stringify({ default: columns.map((label) => ({ label })) });
  const key = 'namespace-workflow-table-columns';
  await page.addInitScript(`localStorage.setItem('${key}', ${JSON.stringify(configured)})`);
}

/** Waits until the page shows this text, which may be Markdown: the Web UI renders that in frames of their own. */
export const shows = (page: Page, text: string): Promise<unknown> =>
  until(
    `the Web UI shows “${text}”`,
    async () => {
      for (const frame of page.frames())
        if (
          await frame
            .getByText(text)
            .filter({ visible: true })
            .count()
            .catch(() => 0)
        )
          return true;
      return false;
    },
    { withinMs: 60_000, everyMs: 250 },
  );
