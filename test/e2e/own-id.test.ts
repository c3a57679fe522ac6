// A run of a LoginId under another id than the login's holds the login's own id, so that no second run logs in beside it.
import { afterAll, expect, test } from 'vitest';
import { requestsOf } from '../../simulator/record.js';
import { loginIdFor } from '../../simulator/server.js';
import { accountDetailsWorkflowId, holdType, taskQueue, workflowType } from '../../src/contract.js';
import { liveStack } from '../support/live-stack.js';
import { deletesAtOnce } from '../support/servers.js';
import { starterHere } from '../support/starter-here.js';
import { errorOf } from '../support/starter.js';
import { until } from '../support/until.js';

const { server, simulator, temporal, client, work } = await liveStack({ server: { settings: deletesAtOnce } });
await work({ LOG_LEVEL: 'error' });
const starter = starterHere(server.address);

const logins = (loginId: string) =>
  requestsOf(simulator.requests, loginId).filter(({ endpoint, answer }) => endpoint === 'Authorize' && !answer);
const startUnder = (workflowId: string, input: object, more = {}) =>
  temporal.workflow.start(workflowType, { taskQueue, workflowId, args: [input], ...more });
const failureOf = async (result: Promise<unknown>) =>
  ((await result.catch((error: unknown) => error)) as { cause?: { type?: string } }).cause?.type;

const schedules: string[] = [];
afterAll(async () => {
  for (const id of schedules) await temporal.schedule.getHandle(id).delete();
});

test('a run under the id in capitals, or any other, does not log in beside the run of its login', async () => {
  const loginId = loginIdFor('question', 1);
  await client.startAndWaitForChallenge({ login: { loginId }, mode: 'live' });
  for (const id of [accountDetailsWorkflowId(loginId).toUpperCase(), 'mine']) {
    const handle = await startUnder(id, { login: { loginId }, mode: 'live' });
    expect(await failureOf(handle.result())).toBe('InvalidInput');
  }
  expect(logins(loginId)).toHaveLength(1);
  await client.cancel(accountDetailsWorkflowId(loginId));
});

test('while a run under another id is open, its login is taken, and is free when it has closed, however', async () => {
  const loginId = loginIdFor('question', 2);
  const own = accountDetailsWorkflowId(loginId);
  const handle = await startUnder('nightly', { login: { loginId }, mode: 'live' });
  await until('the bank asks', async () => (await client.progress('nightly')).stage === 'awaitingAnswers');
  const conflict = await client.start({ login: { loginId }, mode: 'live' }).catch((error: unknown) => error);
  expect(conflict).toMatchObject({
    code: 'InputConflict',
    fields: ['workflowId'],
    message: expect.stringContaining('nightly'),
  });
  // Nor does it help to cancel what holds the login.
  await temporal.workflow.getHandle(own).cancel();
  await expect(client.start({ login: { loginId }, mode: 'live' })).rejects.toMatchObject({ code: 'InputConflict' });
  expect(logins(loginId)).toHaveLength(1);
  // It can be answered as any run can, also by whoever knows only the login.
  const { round, requestId = null, challenges = [] } = await client.progress(own);
  await client.answer(own, { round, requestId, answers: { [challenges[0]?.prompt ?? '']: 'Montreal' } });
  await handle.result();
  await until('the login is free', async () => (await client.listed(own)).status === 'COMPLETED');
  expect(await client.start({ login: { loginId } })).toMatchObject({ started: true });
});

test('a scheduled run of stored data is found and deleted with the runs of its login', async () => {
  const loginId = loginIdFor('plain', 3);
  const own = accountDetailsWorkflowId(loginId);
  const schedule = await temporal.schedule.create({
    scheduleId: 'nightly-refresh',
    spec: {},
    action: {
      type: 'startWorkflow',
      workflowType,
      taskQueue,
      workflowId: 'nightly-refresh',
      args: [{ login: { loginId } }],
    },
  });
  schedules.push(schedule.scheduleId);
  await schedule.trigger();
  const scheduled = await until('it has run', async () => {
    const [recent] = (await schedule.describe()).info.recentActions;
    return recent?.action.workflow;
  });
  expect(scheduled.workflowId).not.toBe(own);
  expect(await temporal.workflow.getHandle(scheduled.workflowId).result()).toMatchObject({
    accounts: expect.any(Array),
  });
  await until('both are listed as closed', async () => {
    const query = `WorkflowId = "${own}" AND ExecutionStatus = "Terminated"`;
    for await (const { type } of temporal.workflow.list({ query })) return type === holdType;
    return false;
  });
  expect((await starter(['forget', '--login-id', loginId, '--json'])).exit).toBe(0);
  const gone = await starter(['status', scheduled.workflowId, '--json']);
  expect(errorOf(gone).code).toBe('NoSuchRun');
});

test('a run of stored data that found its login taken is deleted with the runs of its login', async () => {
  const loginId = loginIdFor('pending-2-polls', 5);
  const own = accountDetailsWorkflowId(loginId);
  const first = await client.start({ login: { loginId }, polling: { interval: '1 second', deadline: '1 minute' } });
  const beside = await startUnder('beside-it', {
    login: { loginId },
    polling: { interval: '1 second', deadline: '1 minute' },
  });
  await Promise.all([client.result(own, first), beside.result()]);
  await until('all are listed as closed', async () => {
    const query = `WorkflowId STARTS_WITH "${own}" AND ExecutionStatus != "Running"`;
    const { executions } = await temporal.connection.workflowService.listWorkflowExecutions({
      namespace: 'default',
      query,
    });
    return executions.length === 2;
  });
  const forgotten = await starter(['forget', '--login-id', loginId, '--json']);
  expect(forgotten).toMatchObject({ exit: 0, stdout: expect.stringContaining('"runs":2') });
  expect(errorOf(await starter(['status', beside.workflowId, '--json'])).code).toBe('NoSuchRun');
});

test('a run that is repeated by a retry policy logs in live once', async () => {
  const loginId = loginIdFor('test_disabled_account', 4);
  const policy = { initialInterval: '1 second', maximumAttempts: 3 };
  const handle = await startUnder(
    accountDetailsWorkflowId(loginId),
    { login: { loginId }, mode: 'live' },
    { retry: policy },
  );
  await handle.result().catch(() => undefined);
  expect(logins(loginId)).toHaveLength(1);
});

test('a run with a memo that anybody wrote can be asked where it stands', async () => {
  const loginId = loginIdFor('plain', 6);
  const workflowId = accountDetailsWorkflowId(loginId);
  const { connection } = temporal;
  const json = (value: unknown) => ({
    metadata: { encoding: Buffer.from('json/plain') },
    data: Buffer.from(JSON.stringify(value)),
  });
  await connection.workflowService.startWorkflowExecution({
    namespace: 'default',
    requestId: workflowId,
    workflowId,
    workflowType: { name: workflowType },
    taskQueue: { name: taskQueue },
    input: { payloads: [json({ login: { loginId } })] },
    memo: { fields: { why: json('by hand') } },
  });
  await client.result(workflowId);
  expect((await client.status(workflowId)).status).toBe('COMPLETED');
});

test('the same credentials are the same run, and their id tells nothing of them', async () => {
  const login = { institution: 'FlinksCapital', username: 'pending-for-ever', password: 'Everyday' };
  const first = await client.start({ login });
  expect(await client.start({ login })).toEqual({ ...first, started: false });
  expect(first.workflowId).not.toContain('pending');
  const other = await client.start({ login: { ...login, username: 'pending-for-ever+1' } });
  expect(other.workflowId).not.toBe(first.workflowId);
  for (const { workflowId } of [first, other]) await client.cancel(workflowId);
});

test('an answer for the question that was seen does not reach the next one, and what is followed is the run that was started', async () => {
  const loginId = loginIdFor('same-question-twice', 5);
  const { workflowId, runId, progress } = await client.startAndWaitForChallenge({ login: { loginId }, mode: 'live' });
  const [{ prompt } = { prompt: '' }] = progress.challenges ?? [];
  const answers = { [prompt]: 'Montreal' };
  await client.answer(workflowId, { round: 1, answers });
  await until('it is asked again', async () => (await client.progress(workflowId)).round === 2);
  const late = await client.answer(workflowId, { answers }).catch((error: unknown) => error);
  expect(late).toMatchObject({ code: 'DuplicateAnswer' });
  await client.answer(workflowId, { round: 2, answers });
  const first = await client.result(workflowId, { runId });
  const second = await client.startAndWaitForChallenge({ login: { loginId }, mode: 'live' });
  expect(second.runId).not.toBe(runId);
  expect(await client.result(workflowId, { runId })).toEqual(first);
  expect((await client.status(workflowId, { runId })).status).toBe('COMPLETED');
  await client.cancel(workflowId);
});
