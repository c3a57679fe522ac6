// What people and callers are told of a run that an operator, or Temporal, has ended.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporalCli } from '../../dev/binaries.js';
import { localEnvironment } from '../../dev/local-environment.js';
import { loginIdFor } from '../../simulator/server.js';
import { accountDetailsWorkflowId, taskQueue, workflowType } from '../../src/contract.js';
import { liveStack } from '../support/live-stack.js';
import { errorOf } from '../support/starter.js';
import { starterHere } from '../support/starter-here.js';
import { until } from '../support/until.js';

const { server, temporal, client, work } = await liveStack();
await work();
const here = starterHere(server.address);

/** The Temporal CLI, as an operator has it. */
const operator = async (...args: string[]) =>
  promisify(execFile)(await temporalCli(), [...args, '--address', server.address], { env: localEnvironment() });

/** A run that waits for Flinks, for as long as Temporal lets it. */
async function pendingRun(n: number, workflowRunTimeout?: '4 seconds') {
  const loginId = loginIdFor('pending-for-ever', n);
  const workflowId = accountDetailsWorkflowId(loginId);
  const { firstExecutionRunId: runId } = await temporal.workflow.start(workflowType, {
    taskQueue,
    workflowId,
    args: [{ login: { loginId } }],
    ...(workflowRunTimeout !== undefined && { workflowRunTimeout }),
  });
  await until('it waits', async () => (await client.progress(workflowId)).stage === 'waitingForFlinks');
  return { workflowId, runId };
}

/** What a person reads of the run, by every command that tells of one. */
async function told(workflowId: string): Promise<Record<'status' | 'watch' | 'result', string>> {
  const [status, watch, result] = [
    await here(['status', workflowId]),
    await here(['watch', workflowId]),
    await here(['result', workflowId]),
  ];
  expect([status.exit, watch.exit, result.exit]).toEqual([0, 1, 1]);
  const both = ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr;
  return { status: both(status), watch: both(watch), result: both(result) };
}

/** Words of a run that is at work. */
const atWork = /still working|next poll|left/;

test('a run that an operator terminated is shown as terminated, with the reason and no more than it', async () => {
  const { workflowId } = await pendingRun(1);
  const [followed] = await Promise.all([
    here(['watch', workflowId]),
    operator('workflow', 'terminate', '--workflow-id', workflowId, '--reason', 'asked for\u001b[2J by\nthe customer'),
  ]);
  expect(followed).toMatchObject({ exit: 1 });
  const reason = 'was terminated: asked for [2J by the customer.';
  expect(followed.stderr).toContain(reason);
  await expect(client.result(workflowId)).rejects.toMatchObject({
    name: 'RunFailedError',
    code: 'Terminated',
    message: `Run ${workflowId} ${reason}`,
  });
  for (const text of Object.values(await told(workflowId))) {
    expect(text).toContain(reason);
    expect(text).toContain('it was in waitingForFlinks');
    expect(text).not.toMatch(atWork);
    expect(text).not.toContain('\u001b');
  }
  const { code, message } = errorOf(await here(['result', workflowId, '--json']));
  expect([code, message]).toEqual(['Terminated', `Run ${workflowId} ${reason}`]);
  // A program is told by Temporal's status: the progress of a terminated run is that of its last moment.
  expect(await client.status(workflowId)).toMatchObject({
    status: 'TERMINATED',
    progress: { stage: 'waitingForFlinks' },
  });
  await until('it is listed as it ended', async () =>
    /TERMINATED +was waitingForFlinks/.test((await here(['list'])).stdout),
  );
});

test('a run that Temporal ended by a time-out is shown so', async () => {
  const { workflowId } = await pendingRun(2, '4 seconds');
  await expect(client.result(workflowId)).rejects.toMatchObject({ code: 'TimedOut' });
  for (const text of Object.values(await told(workflowId))) {
    expect(text).toContain('timed out: ');
    expect(text).toContain('its time-out was over');
    expect(text).not.toMatch(atWork);
  }
});

test('who waits for a run that is reset hears that it goes on, and as which run', async () => {
  const { workflowId, runId } = await pendingRun(3);
  const waiting = client.result(workflowId, { runId }).catch((error: unknown) => error);
  await operator('workflow', 'reset', '--workflow-id', workflowId, '--type', 'FirstWorkflowTask', '--reason', 'a test');
  const { runId: next } = await client.status(workflowId);
  expect(next).not.toBe(runId);
  const message = expect.stringContaining(`goes on as run ${next}`);
  expect(await waiting).toMatchObject({ code: 'Terminated', message });
  await expect(client.result(workflowId, { runId })).rejects.toMatchObject({ code: 'Terminated', message });
  await client.cancel(workflowId);
});
