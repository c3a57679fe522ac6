// Whether replaying a recorded history would notice a decision that today's code takes otherwise.
import { readdir, readFile } from 'node:fs/promises';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { beforeAll, expect, test } from 'vitest';
import { bundleWorkflows } from '../../src/worker/bundle/bundle.js';
import { mutantsOf } from '../support/history-mutants.js';
import { report } from '../support/promise.js';

const folder = new URL('../replay/histories/', import.meta.url);
// The payloads of an encrypted run play no part in its order of events.
const files = (await readdir(folder)).filter((file) => file.endsWith('.json') && file !== 'encrypted.json');
let today: WorkflowBundle;
let idle: WorkflowBundle;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const workflowsPath = new URL('../replay/idle-workflow.ts', import.meta.url).pathname;
  [today, idle] = await Promise.all([
    bundleWorkflows({ searchAttributes: true, encryption: false }),
    bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') }),
  ]);
});

const survives = (workflowBundle: WorkflowBundle, json: string): Promise<boolean> =>
  Worker.runReplayHistory({ workflowBundle }, JSON.parse(json), 'account-details-replayed').then(
    () => true,
    () => false,
  );

test(
  'a recorded run is refused with any one of its decisions changed, and on code that decides nothing',
  { timeout: 1_200_000 },
  async (context) => {
    const unnoticed: string[] = [];
    let cases = 0;
    const expectCaught = async (bundle: WorkflowBundle, json: string, what: string): Promise<void> => {
      cases++;
      if (await survives(bundle, json)) unnoticed.push(what);
    };
    for (const file of files) {
      const json = await readFile(new URL(file, folder), 'utf8');
      expect(await survives(today, json)).toBe(true);
      for (const mutant of mutantsOf(json)) await expectCaught(today, mutant.json, `${file}, ${mutant.what}`);
      await expectCaught(idle, json, `${file} on code that decides nothing`);
    }
    report(context, {
      promise: 'a mutant of every recorded history is caught',
      cases,
      kills: 0,
      lost: unnoticed.length,
      doubled: 0,
      stuck: 0,
      note: `${files.length} histories`,
    });
    expect(unnoticed).toEqual([]);
  },
);
