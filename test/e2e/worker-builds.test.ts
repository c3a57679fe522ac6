import { expect, test } from 'vitest';
import { answersFor, loginIdFor } from '../../simulator/server.js';
import { liveStack } from '../support/live-stack.js';
import { documentOf, errorOf, starterAt } from '../support/starter.js';
import { until } from '../support/until.js';
import type { WorkerProcess } from '../support/worker-process.js';

const { server, simulator, client, work: startWorker } = await liveStack();
const starter = starterAt(server.address);

const work = (buildId: string): Promise<WorkerProcess> => startWorker({ WORKER_BUILD_ID: buildId });

const status = async (): Promise<unknown> => documentOf(await starter(['deploy', 'status', '--json']));
const deployment = 'flinks-account-details';
const warnings = (worker: WorkerProcess): number =>
  worker.output().split('No build is current, so this worker gets no new runs.').length - 1;
const question = (index: number) => ({ login: { loginId: loginIdFor('question', index) }, mode: 'live' as const });

const asked = (workflowId: string) =>
  until(`${workflowId} asks`, async () => {
    const { stage, challenges } = await client.progress(workflowId);
    return stage === 'awaitingAnswers' && challenges;
  });

async function answer(workflowId: string): Promise<void> {
  const prompts = ((await asked(workflowId)) ?? []).map(({ prompt }) => prompt);
  await client.answer(workflowId, { answers: answersFor('question', prompts) });
}

/** The builds that worked on a run, by what its history says of each workflow task. */
async function buildsOf(workflowId: string): Promise<unknown[]> {
  const history = await client['temporal'].workflow.getHandle(workflowId).fetchHistory();
  const builds = history.events?.flatMap(
    ({ workflowTaskCompletedEventAttributes: task }) => task?.deploymentVersion?.buildId ?? [],
  );
  return [...new Set(builds)];
}

test('new runs wait until a build is made current, stay on it to their end, and go to the next build once that is current', async () => {
  expect(await status()).toEqual({ deployment, settled: true, builds: [] });
  const first = await work('1.0');
  // The SDK holds log lines back for a moment to sort them.
  await until('the worker warns', () => warnings(first) === 1);
  const onFirst = await client.start(question(1));
  // The server has the run and the worker polls; yet nobody may take it.
  expect(await status()).toEqual({ deployment, settled: true, builds: [{ buildId: '1.0', status: 'inactive' }] });
  expect(simulator.requests).toEqual([]);

  const set = await starter(['deploy', 'set-current', '--build-id', '1.0', '--json']);
  expect(set).toMatchObject({ exit: 0 });
  expect(documentOf(set)).toEqual({
    deployment,
    current: '1.0',
    settled: true,
    builds: [{ buildId: '1.0', status: 'current' }],
  });
  await asked(onFirst.workflowId);

  const second = await work('2.0');
  const stillOnFirst = await client.start(question(2));
  await asked(stillOnFirst.workflowId);
  expect(await starter(['deploy', 'set-current'], { env: { WORKER_BUILD_ID: '2.0' } })).toMatchObject({ exit: 0 });
  const onSecond = await client.start(question(3));
  for (const { workflowId } of [onFirst, stillOnFirst, onSecond]) {
    await answer(workflowId);
    await client.result(workflowId);
  }
  expect(await buildsOf(onFirst.workflowId)).toEqual(['1.0']);
  expect(await buildsOf(stillOnFirst.workflowId)).toEqual(['1.0']);
  expect(await buildsOf(onSecond.workflowId)).toEqual(['2.0']);
  expect([warnings(first), warnings(second)]).toEqual([1, 0]);
  const { stdout } = await starter(['deploy', 'status']);
  expect(stdout).toMatch(/^2\.0 {2}current: takes new runs\n1\.0 {2}drain(ing|ed): /);
});

test('a build of which no worker polls does not become current, and the answer says what to do', async () => {
  const never = ['deploy', 'set-current', '--build-id', 'never-built', '--timeout', '1 second'];
  const refused = await starter([...never, '--json']);
  expect(refused.exit).toBe(1);
  expect(errorOf(refused)).toMatchObject({
    code: 'NotCurrent',
    message: expect.stringContaining(
      'No worker of build never-built polls task queue flinks-account-details. Start one with WORKER_BUILD_ID=never-built',
    ),
  });
  const unnamed = await starter(['deploy', 'set-current', '--json'], { env: { WORKER_BUILD_ID: undefined } });
  expect(unnamed.exit).toBe(2);
  expect(errorOf(unnamed)).toMatchObject({ code: 'Usage' });
});
