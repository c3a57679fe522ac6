// However a run is started, one login has one run that logs in, and one call of it at a time.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestsOf, type RecordedRequest } from '../../simulator/record.js';
import { answersFor, loginIdFor } from '../../simulator/server.js';
import { accountDetailsWorkflowId, type RetrieveAccountDetailsInput } from '../../src/contract.js';
import { liveStack } from '../support/live-stack.js';
import { documentOf, errorOf } from '../support/starter.js';
import { starterHere } from '../support/starter-here.js';
import { until } from '../support/until.js';
import { waysOfStarting, type Begun } from '../support/ways-of-starting.js';

const { server, simulator, client, temporal, work } = await liveStack();
const { beside, replacing, plain, stop } = await waysOfStarting(temporal, server.address);
const starter = starterHere(server.address);
const prompt = 'What city were you born in?';
let n = 0;

beforeAll(() => work());
afterAll(() => stop());

function login(scenario: string) {
  const loginId = loginIdFor(scenario, (n += 1));
  const input: RetrieveAccountDetailsInput = { login: { loginId }, mode: 'live' };
  const authorizes = (): RecordedRequest[] =>
    requestsOf(simulator.requests, loginId).filter(({ endpoint }) => endpoint === 'Authorize');
  return {
    loginId,
    ownId: accountDetailsWorkflowId(loginId),
    input,
    authorizes,
    logins: () => authorizes().filter(({ live }) => live).length,
    overlapping: () => authorizes().filter(({ openAlongside }) => openAlongside > 0).length,
  };
}

const asks = ({ workflowId, runId }: Begun): Promise<unknown> =>
  until(`${workflowId} asks`, async () => {
    const { stage } = await client.progress(workflowId, { runId });
    return stage === 'awaitingAnswers';
  });

/** The code with which a run ended, whatever has been started after it. */
const endOf = ({ workflowId, runId }: Begun): Promise<string> =>
  client.result(workflowId, { runId }).then(
    () => 'completed',
    (error: { code: string }) => error.code,
  );

const answers = async (loginId: string): Promise<void> => {
  const stdin = JSON.stringify(answersFor('question', [prompt]));
  expect(await starter(['answer', '--login-id', loginId], { stdin })).toMatchObject({ exit: 0 });
  expect(documentOf(await starter(['result', '--json', '--login-id', loginId]))).toMatchObject({
    accounts: [{}, {}, {}, {}],
  });
};

const cancels = async (loginId: string): Promise<void> => {
  expect(await starter(['cancel', '--login-id', loginId])).toMatchObject({ exit: 0 });
};

const endChain = async (name: string, { workflowId }: Begun): Promise<void> => {
  // A run that was cancelled has no next one.
  if (name === 'cron')
    await temporal.workflow
      .getHandle(workflowId)
      .terminate()
      .catch(() => undefined);
};

describe.each(Object.keys(beside) as (keyof typeof beside)[])('%s', (name) => {
  test('does not log in beside the open run of the login', async () => {
    const { input, loginId, logins } = login('question');
    const own = await client.start(input);
    await asks(own);
    const begun = await beside[name](input, loginId);
    await expect(client.result(begun.workflowId, { runId: begun.runId })).rejects.toMatchObject({
      code: 'InvalidInput',
      message: expect.stringContaining(own.workflowId),
    });
    await endChain(name, begun);
    expect(logins()).toBe(1);
    await client.cancel(own.workflowId);
  });

  test('holds the own id of the login, by which the run is found, answered and cancelled', async () => {
    const { input, loginId, ownId, logins } = login('question');
    const begun = await beside[name](input, loginId);
    await asks(begun);
    await expect(client.start(input)).rejects.toMatchObject({
      code: 'InputConflict',
      message: expect.stringContaining(begun.workflowId),
    });
    await expect(plain(input, loginId)).rejects.toThrow(/already started/i);
    expect(documentOf(await starter(['status', '--json', ownId]))).toMatchObject({
      ...begun,
      progress: { stage: 'awaitingAnswers' },
    });
    const { end, means } =
      name === 'a schedule' ? { end: 'completed', means: answers } : { end: 'Cancelled', means: cancels };
    await means(loginId);
    expect(await endOf(begun)).toBe(end);
    await endChain(name, begun);
    // The id is free again.
    await client.cancel((await client.start(input)).workflowId);
    expect(ownId).toBe((await client.status(ownId)).workflowId);
    expect(logins()).toBeLessThanOrEqual(2);
  });
});

test('the command line names the run that holds the login', async () => {
  const { input, loginId } = login('question');
  const begun = await beside['an id of its own'](input, loginId);
  await asks(begun);
  const ran = await starter(['start', '--json', '--login-id', loginId, '--mode', 'live']);
  expect(ran.exit).toBe(1);
  expect(errorOf(ran)).toMatchObject({ code: 'InputConflict', message: expect.stringContaining(begun.workflowId) });
  await client.cancel(begun.workflowId);
});

test.each([
  // Temporal repeats what it ended by itself, whatever the failures of the run say.
  ['a retry policy', { retry: { initialInterval: '1 second', maximumAttempts: 3 }, workflowRunTimeout: '4 seconds' }],
  ['cron', { cronSchedule: '@every 1s' }],
] as const)('%s under the own id logs in once', async (_, more) => {
  const { input, ownId, loginId, logins } = login('one-account');
  if ('retry' in more) simulator.inject({ endpoint: 'GetAccountsSummary', loginId, fault: { kind: 'stall-in-body' } });
  const { workflowId, firstExecutionRunId } = await temporal.workflow.start('retrieveAccountDetails', {
    taskQueue: 'flinks-account-details',
    workflowId: ownId,
    args: [input],
    ...more,
  });
  const first = { workflowId, runId: firstExecutionRunId };
  expect(await endOf(first)).toBe('cronSchedule' in more ? 'completed' : 'TimedOut');
  const repeated = await until('it is repeated', async () => {
    const { runId } = await client.listed(workflowId);
    return runId === firstExecutionRunId ? undefined : { workflowId, runId };
  });
  expect(await endOf(repeated)).toBe('LoginOutcomeUnknown');
  if ('cronSchedule' in more) await temporal.workflow.getHandle(ownId).terminate();
  expect(logins()).toBe(1);
});

describe('a start in the place of an open run', () => {
  const held = { kind: 'slow-first-byte', delayMs: 60_000 } as const;

  test('waits until the call of that run is hung up, and then logs in', async () => {
    const { input, loginId, logins, overlapping, authorizes } = login('one-account');
    simulator.inject({ endpoint: 'Authorize', loginId, fault: held });
    const replaced = await client.start(input);
    await until('the bank is asked', () => logins() === 1);
    const begun = await replacing(input, loginId);
    expect(await endOf(replaced)).toBe('Terminated');
    expect(await endOf(begun)).toBe('completed');
    expect(authorizes()).toMatchObject([{ abortedByClient: true }, { status: 200 }]);
    expect(overlapping()).toBe(0);
  });

  test('waits as well for an answer that is under way', async () => {
    const { input, loginId, overlapping, authorizes } = login('question');
    const replaced = await client.start(input);
    await asks(replaced);
    simulator.inject({ endpoint: 'Authorize', loginId, answer: true, fault: held });
    await client.answer(replaced.workflowId, { answers: answersFor('question', [prompt]) });
    await until('the answer is under way', () => authorizes().length === 2);
    await asks(await replacing(input, loginId));
    expect(overlapping()).toBe(0);
    await client.cancel(replaced.workflowId);
  });

  test('is cancelled at once while it waits', async () => {
    const { input, loginId, logins } = login('one-account');
    simulator.inject({ endpoint: 'Authorize', loginId, fault: held });
    await client.start(input);
    await until('the bank is asked', () => logins() === 1);
    const begun = await replacing(input, loginId);
    await client.cancel(begun.workflowId);
    expect(await endOf(begun)).toBe('Cancelled');
    expect(logins()).toBe(1);
  });
});

describe('credentials', () => {
  const credentials = (index: number): RetrieveAccountDetailsInput => ({
    login: { institution: 'FlinksCapital', username: `question+${index}`, password: 'Everyday' },
  });

  test('that are started twice at once, and again after a lost reply, are one run', async () => {
    const input = credentials(1);
    const runs = await Promise.all([client.start(input), client.start(input, { startId: 'one' }), client.start(input)]);
    await asks(runs[0]);
    runs.push(await client.start(input));
    expect(new Set(runs.map(({ runId }) => runId)).size).toBe(1);
    expect(runs[0].workflowId).toMatch(/^account-details-[0-9a-f]{32}$/);
    await client.cancel(runs[0].workflowId);
  });

  test('are not started again by a startId after the close, nor with another input', async () => {
    const input = credentials(2);
    const { workflowId, runId } = await client.start(input, { startId: 'two' });
    await client.cancel(workflowId);
    expect(await client.start(input, { startId: 'two' })).toMatchObject({ runId });
    await expect(client.start({ ...input, language: 'fr' }, { startId: 'two' })).rejects.toMatchObject({
      code: 'InputConflict',
      fields: ['language'],
    });
  });

  test('under ids of the caller do not reach the bank at once', async () => {
    const input = credentials(3);
    simulator.inject({
      endpoint: 'Authorize',
      live: true,
      times: 2,
      fault: { kind: 'slow-first-byte', delayMs: 1_000 },
    });
    const from = simulator.requests.length;
    const runs = await Promise.all(['one', 'other'].map((workflowId) => client.start(input, { workflowId })));
    for (const run of runs) await asks(run);
    const live = simulator.requests.slice(from).filter((one) => one.live);
    expect(live).toHaveLength(2);
    expect(live[1]?.at).toBeGreaterThanOrEqual(live[0]?.closedAt ?? Infinity);
    for (const { workflowId } of runs) await client.cancel(workflowId);
  });
});
