import { readdir, readFile } from 'node:fs/promises';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DeterminismViolationError } from '@temporalio/workflow';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundleWorkflows } from '../../src/temporal/workflow-bundle.js';
import { shapes } from './shapes.js';

const folder = new URL('./histories/', import.meta.url);
const files = (await readdir(folder)).filter((file) => file.endsWith('.json'));
const bundles: Record<'on' | 'off', { code: string } | undefined> = { on: undefined, off: undefined };

beforeAll(async () => {
  bundles.on = await bundleWorkflows({ searchAttributes: true, encryption: true });
  bundles.off = await bundleWorkflows({ searchAttributes: false, encryption: true });
});

async function replay(
  file: string,
  workflowBundle: { code: string } | undefined,
  change = (json: string) => json,
): Promise<void> {
  if (!workflowBundle) throw new Error('There is no bundle.');
  const history = historyFromJSON(JSON.parse(change(await readFile(new URL(file, folder), 'utf8'))));
  await Worker.runReplayHistory({ workflowBundle }, history, 'account-details-replayed');
}

test('every shape of run has a recorded history', () => {
  const recorded = new Set(files.map((file) => file.split('.v')[0]));
  expect(shapes.map(({ name }) => name).filter((name) => !recorded.has(name))).toEqual([]);
});

describe.each(files)('a run recorded as %s goes on with today’s code', (file) => {
  test.each(['on', 'off'] as const)('on a worker with search attributes %s', async (setting) => {
    await expect(replay(file, bundles[setting])).resolves.toBeUndefined();
  });
});

describe('a change that open runs could not survive is caught', () => {
  test('another order of the activities', async () => {
    const swapped = (json: string): string =>
      json
        .replaceAll('"getAccountsSummary"', '"swapped"')
        .replaceAll('"getAccountsDetail"', '"getAccountsSummary"')
        .replaceAll('"swapped"', '"getAccountsDetail"');
    await expect(replay(recorded('cached'), bundles.on, swapped)).rejects.toThrow(DeterminismViolationError);
  });

  test('a timer that is gone', async () => {
    const withoutTimers = (json: string): string => {
      const history = JSON.parse(json) as { events: { eventType: string }[] };
      const timer = /TIMER_STARTED|TIMER_FIRED/;
      return JSON.stringify({ events: history.events.filter(({ eventType }) => !timer.test(eventType)) });
    };
    await expect(replay(recorded('pending-too-long'), bundles.on, withoutTimers)).rejects.toThrow();
  });

  test('a workflow that does nothing', async () => {
    const empty = await bundleWorkflowCode({ workflowsPath: new URL('./idle-workflow.ts', import.meta.url).pathname });
    await expect(replay(recorded('cached'), empty)).rejects.toThrow(DeterminismViolationError);
  });
});

function recorded(name: string): string {
  const file = files.find((candidate) => candidate.startsWith(`${name}.v`));
  if (!file) throw new Error(`There is no history of ${name}.`);
  return file;
}
