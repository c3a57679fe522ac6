import { readdir, readFile } from 'node:fs/promises';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, test } from 'vitest';
import { replay } from '../../src/replay.js';
import { loadPayloadConfig } from '../../src/temporal/payloads.js';
import { bundleWorkflows } from '../../src/worker/bundle/bundle.js';
import { mutantsOf } from '../support/history-mutants.js';
import { recordedKeys, recordedNamespace, shapes } from './shapes.js';

const folder = new URL('./histories/', import.meta.url);
const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).toSorted();
const plain = files.filter((file) => file !== 'encrypted.json');
const bundles: Record<string, { code: string }> = {};

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  bundles['with search attributes'] = await bundleWorkflows({ searchAttributes: true, encryption: false });
  bundles['without search attributes'] = await bundleWorkflows({ searchAttributes: false, encryption: false });
  bundles['with encryption'] = await bundleWorkflows({ searchAttributes: true, encryption: true });
});

const read = async (file: string): Promise<string> => readFile(new URL(file, folder), 'utf8');

async function replayOn(workflowBundle: { code: string } | undefined, json: string): Promise<void> {
  if (!workflowBundle) throw new Error('There is no bundle.');
  await Worker.runReplayHistory({ workflowBundle }, JSON.parse(json), 'account-details-replayed');
}

test('every shape of run has a recorded history, and no other shape has', () => {
  expect(files).toEqual(shapes.map(({ name }) => `${name}.json`).toSorted());
});

describe.each(plain)('a run recorded as %s goes on with today’s code', (file) => {
  test.each(['with search attributes', 'without search attributes', 'with encryption'])(
    'on a worker %s',
    async (kind) => {
      await expect(replayOn(bundles[kind], await read(file))).resolves.toBeUndefined();
    },
  );
});

describe('an encrypted run of another namespace', () => {
  const replayIn = async (namespace: string) =>
    replay({ history: JSON.parse(await read('encrypted.json')), namespace }, loadPayloadConfig(recordedKeys));

  test('goes on with today’s code', async () => {
    await expect(replayIn(recordedNamespace)).resolves.toBeUndefined();
  });

  test('cannot be read as one of this namespace', async () => {
    await expect(replayIn('default')).rejects.toThrow(DeterminismViolationError);
  });
});

describe('a change that open runs could not survive is caught', () => {
  const onUsual = (json: string) => replayOn(bundles['with search attributes'], json);

  test('another order of the activities', async () => {
    const swapped = (await read('cached.json'))
      .replaceAll('"getAccountsSummary"', '"swapped"')
      .replaceAll('"getAccountsDetail"', '"getAccountsSummary"')
      .replaceAll('"swapped"', '"getAccountsDetail"');
    await expect(onUsual(swapped)).rejects.toThrow(DeterminismViolationError);
  });

  test.each(plain)('another decision somewhere in the middle of %s', async (file) => {
    const mutants = mutantsOf(await read(file));
    const mutant = mutants[Math.floor(mutants.length / 2)];
    await expect(onUsual(mutant?.json ?? '')).rejects.toThrow(DeterminismViolationError);
  });

  test('a timer that is gone', async () => {
    const { events } = JSON.parse(await read('pending-too-long.json')) as { events: { eventType: string }[] };
    const withoutTimers = events.filter(({ eventType }) => !/TIMER_STARTED|TIMER_FIRED/.test(eventType));
    await expect(onUsual(JSON.stringify({ events: withoutTimers }))).rejects.toThrow('out of order');
  });

  test('a workflow that does nothing', async () => {
    const workflowsPath = new URL('./idle-workflow.ts', import.meta.url).pathname;
    const idle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
    await expect(replayOn(idle, await read('cached.json'))).rejects.toThrow(DeterminismViolationError);
  });
});
