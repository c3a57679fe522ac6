// Ids that are not those of a retrieval, and clients whose clock is wrong.
import { expect, test } from 'vitest';
import { requestsOf } from '../../simulator/record.js';
import { loginIdFor } from '../../simulator/server.js';
import { accountDetailsWorkflowId, taskQueue } from '../../src/contract.js';
import { liveStack } from '../support/live-stack.js';
import { documentOf, errorOf, starterAt } from '../support/starter.js';
import { starterHere } from '../support/starter-here.js';

const prompt = 'What city were you born in?';
const answers = { [prompt]: 'Montreal' };

const { server, simulator, temporal, client, work } = await liveStack();
await work();
const here = starterHere(server.address);

/** Every way to ask or tell a run something. */
const calls = (workflowId: string): Record<string, Promise<unknown>> => ({
  status: client.status(workflowId),
  progress: client.progress(workflowId),
  listed: client.listed(workflowId),
  watch: client.watch(workflowId).next(),
  result: client.result(workflowId),
  answer: client.answer(workflowId, { answers }),
  signalAnswer: client.signalAnswer(workflowId, { answers }),
  cancel: client.cancel(workflowId),
});

async function expectNoRetrieval(workflowId: string, because: string): Promise<void> {
  const made = calls(workflowId);
  const errors = await Promise.all(Object.values(made).map((call) => call.catch((error: unknown) => error)));
  const message = expect.stringMatching(new RegExp(`is not a retrieval: .*${because}`));
  expect(Object.fromEntries(Object.keys(made).map((name, n) => [name, errors[n]]))).toEqual(
    Object.fromEntries(
      Object.keys(made).map((name) => [name, expect.objectContaining({ code: 'NoSuchRun', message })]),
    ),
  );
  for (const command of ['status', 'watch', 'result', 'answer', 'cancel']) {
    const ran = await here([command, '--workflow-id', workflowId, '--json'], { stdin: JSON.stringify({ answers }) });
    expect([command, ran.exit, errorOf(ran)]).toEqual([command, 1, { code: 'NoSuchRun', message }]);
  }
}

/** What callers can leave in a history. */
const sentTo = async (workflowId: string) =>
  ((await temporal.workflow.getHandle(workflowId).fetchHistory()).events ?? []).filter(
    (event) =>
      event.workflowExecutionSignaledEventAttributes ??
      event.workflowExecutionCancelRequestedEventAttributes ??
      event.workflowExecutionUpdateAcceptedEventAttributes,
  );

test.each([
  ['on a queue of its own', 'elsewhere', 1],
  ['on our task queue', taskQueue, 2],
])('a workflow of another type %s is no retrieval: it is sent nothing and goes on', async (_where, queue, n) => {
  const workflowId = accountDetailsWorkflowId(loginIdFor('question', n));
  await temporal.workflow.start('somebodyElses', { taskQueue: queue, workflowId });
  await expectNoRetrieval(workflowId, 'a workflow of type somebodyElses');
  const handle = temporal.workflow.getHandle(workflowId);
  expect((await handle.describe()).status.name).toBe('RUNNING');
  expect(await sentTo(workflowId)).toEqual([]);
  await handle.terminate();
});

/** A clock that is off, for a command line that is a process of its own. */
const clockOffBy = (ms: number) => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
    `const Real = Date; globalThis.Date = class extends Real {
       constructor(...parts) { if (parts.length === 0) super(Real.now() + ${ms}); else super(...parts); }
       static now() { return Real.now() + ${ms}; }
     };`,
  )}`,
});

test.each([
  ['ahead', 4, 10 * 60_000],
  ['behind', 5, -10 * 60_000],
])('a command line whose clock is ten minutes %s answers in time, and not too late', async (_how, n, ms) => {
  const starter = starterAt(server.address);
  const env = clockOffBy(ms);
  const start = (scenario: string, answerWithin: string) =>
    client.startAndWaitForChallenge({ login: { loginId: loginIdFor(scenario, n) }, mode: 'live', answerWithin });
  const asked = await start('question', '7 minutes');
  const told = await starter(['status', asked.workflowId], { env });
  // The clock is off: what it would say of the time that is left is either nothing or too long.
  expect(told.stdout).toContain(prompt);
  const taken = await starter(['answer', asked.workflowId, '--json'], { env, stdin: JSON.stringify(answers) });
  expect([taken.exit, documentOf(taken)]).toEqual([0, { accepted: true, round: 1 }]);
  await client.result(asked.workflowId);
  expect(requestsOf(simulator.requests, loginIdFor('question', n)).filter(({ answer }) => answer)).toHaveLength(1);

  const late = await start('two-rounds', '1 second');
  await expect(client.result(late.workflowId)).rejects.toMatchObject({ code: 'SecurityAnswerTimedOut' });
  const refused = await starter(['answer', late.workflowId, '--json'], { env, stdin: JSON.stringify(answers) });
  expect([refused.exit, errorOf(refused).code]).toEqual([1, 'RunClosed']);
});
