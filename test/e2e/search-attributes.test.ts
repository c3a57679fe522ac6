import { afterEach, expect, test } from 'vitest';
import { workerEnvironment } from '../../simulator/defaults.js';
import { answersFor, loginIdFor } from '../../simulator/server.js';
import type { ListedRun } from '../../src/client.js';
import { searchAttributes } from '../../src/contract.js';
import { createNamespace } from '../support/namespaces.js';
import { liveStack } from '../support/live-stack.js';
import { until } from '../support/until.js';
import { launchWorker, type WorkerProcess } from '../support/worker-process.js';

const namespace = 'default';
const names = Object.keys(searchAttributes).toSorted();

const { server, simulator, connection, temporal, client, work } = await liveStack();
let worker: WorkerProcess | undefined;
let customer = 0;

afterEach(() => worker?.stop());

/** Puts a worker with this setting in the place of the one before. */
async function useWorker(SEARCH_ATTRIBUTES: 'on' | 'off'): Promise<void> {
  await worker?.stop();
  worker = await work({ SEARCH_ATTRIBUTES });
}

/** Which of ours are registered. */
async function registered(): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.keys(customAttributes ?? {})
    .filter((name) => name.startsWith('Flinks'))
    .toSorted();
}

/** Starts a run and returns its workflow id when the bank's question is open. */
async function startToQuestion(): Promise<string> {
  customer += 1;
  const { workflowId } = await client.start({ login: { loginId: loginIdFor('question', customer) } });
  await until('the question is open', async () => (await client.progress(workflowId)).stage === 'awaitingAnswers');
  return workflowId;
}

/** Answers and waits for the accounts; the run has then gone through every stage that is left. */
async function finish(workflowId: string): Promise<void> {
  const { challenges = [] } = await client.progress(workflowId);
  const answers = answersFor(
    'question',
    challenges.map(({ prompt }) => prompt),
  );
  await client.answer(workflowId, { answers });
  await expect(client.result(workflowId)).resolves.toMatchObject({ challengeRounds: 1 });
}

/** The stages that the run wrote into its history, in order. */
async function stagesWritten(workflowId: string): Promise<string[]> {
  const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ upsertWorkflowSearchAttributesEventAttributes: upsert }) => {
    const data = upsert?.searchAttributes?.indexedFields?.['FlinksStage']?.data;
    return data ? [JSON.parse(Buffer.from(data).toString()) as string] : [];
  });
}

/** Of a cached login whose bank asks; opening it and the summary are over in a moment. */
const allStages = ['awaitingAnswers', 'authorizing', 'retrievingDetails', 'completed'];

test('with SEARCH_ATTRIBUTES=off a run finishes in a namespace that has none of them, and writes none', async () => {
  expect(await registered()).toEqual([]);
  await useWorker('off');
  const workflowId = await startToQuestion();
  await finish(workflowId);
  expect(await stagesWritten(workflowId)).toEqual([]);
  expect(await registered()).toEqual([]);
});

test('a worker registers what is missing, and operators find a run by its stage', async () => {
  expect(await registered()).toEqual([]);
  await useWorker('on');
  expect(await registered()).toEqual(names);
  const workflowId = await startToQuestion();

  const listed = async (stage: ListedRun['stage'] & string): Promise<ListedRun[]> => {
    const runs = [];
    for await (const run of client.list({ stage })) runs.push(run);
    return runs;
  };
  const [found] = await until('the list shows the open question', async () => {
    const runs = await listed('awaitingAnswers');
    return runs.length > 0 && runs;
  });
  expect(found).toMatchObject({
    workflowId,
    status: 'RUNNING',
    stage: 'awaitingAnswers',
    institution: 'FlinksCapital',
  });
  expect(Math.abs(Date.now() - (found?.since?.getTime() ?? 0))).toBeLessThan(60_000);

  await finish(workflowId);
  const completed = await until('the list shows the end', async () => {
    const runs = await listed('completed');
    return runs.length > 0 && runs;
  });
  expect(completed.map((run) => run.workflowId)).toEqual([workflowId]);
  expect(await listed('awaitingAnswers')).toEqual([]);
  expect(await stagesWritten(workflowId)).toEqual(allStages);
});

test('the setting may change under open runs: each goes on as it began', async () => {
  await useWorker('off');
  const begunWithout = await startToQuestion();
  await useWorker('on');
  const begunWith = await startToQuestion();
  await finish(begunWithout);
  expect(await stagesWritten(begunWithout)).toEqual([]);

  await useWorker('off');
  await finish(begunWith);
  expect(await stagesWritten(begunWith)).toEqual(allStages);
});

test('a worker that finds an attribute of another type says which, and what to do, and does not start', async () => {
  const other = 'other-types';
  await createNamespace(connection, other);
  await until('the attribute of another type is registered', () =>
    connection.operatorService.addSearchAttributes({ namespace: other, searchAttributes: { FlinksStage: 3 } }).then(
      () => true,
      () => false,
    ),
  );
  await until('the attribute is there', async () => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: other });
    return customAttributes?.['FlinksStage'];
  });
  worker = await launchWorker({
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: other,
    ...workerEnvironment(simulator.url, simulator.keys),
  });
  expect(await worker.ended).toMatchObject({ how: 'ended with exit code 2' });
  expect(worker.output()).toMatch(
    /search attribute FlinksStage is registered, but its type is not Keyword.*SEARCH_ATTRIBUTES=off/,
  );
  expect(worker.output()).not.toMatch(/^ +at /m);
});
