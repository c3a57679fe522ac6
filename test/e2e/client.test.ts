import { Client, type Connection } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { loginIdFor } from '../../simulator/server.js';
import {
  AccountDetailsClient,
  AccountDetailsError,
  AnswerRejectedError,
  ConfigurationError,
  connectClient,
  InputError,
  RunFailedError,
  WaitEndedError,
  type ListedRun,
} from '../../src/client.js';
import { localEnvironment } from '../../dev/local-environment.js';
import { testConverter } from '../support/encryption.js';
import { createNamespace } from '../support/namespaces.js';
import { liveStack } from '../support/live-stack.js';
import { devServer } from '../support/servers.js';
import { until } from '../support/until.js';

const prompt = 'What city were you born in?';
const answers = { [prompt]: 'Montreal' };

const { server, simulator, temporal, client, work } = await liveStack();
await work();

const authorizes = (loginId: string) =>
  simulator.requests.filter((request) => request.loginId === loginId && request.endpoint === 'Authorize');

/** A run that waits for an answer. */
async function askedRun(n: number) {
  const loginId = loginIdFor('question', n);
  const run = await client.startAndWaitForChallenge({ login: { loginId } });
  const { round, requestId = '' } = run.progress;
  return { ...run, loginId, round, requestId };
}

/** A client in a namespace of its own, where no worker ever polls. */
async function withoutWorker(namespace: string): Promise<AccountDetailsClient> {
  const { connection } = temporal;
  await createNamespace(connection as Connection, namespace);
  return new AccountDetailsClient(new Client({ connection, namespace, dataConverter: testConverter(namespace) }));
}

/** The error of ours with which a call ends. */
async function codeOf(call: Promise<unknown>): Promise<AccountDetailsError & { fields?: string[] }> {
  const error = await call.then(
    () => new Error('The call succeeded.'),
    (error: unknown) => error,
  );
  if (error instanceof AccountDetailsError) return error;
  throw error;
}

async function listed(runs: AsyncIterable<ListedRun>): Promise<string[]> {
  const ids = [];
  for await (const { workflowId } of runs) ids.push(workflowId);
  return ids;
}

// These only take turns at the processors and wait: each has a customer of its own.
describe.concurrent('the client', () => {
  test('an app gets the question with the start, a second start joins it, and the answer leads to the accounts', async () => {
    const { workflowId, runId, started, progress, loginId } = await askedRun(1);
    expect(started).toBe(true);
    expect(progress).toMatchObject({ stage: 'awaitingAnswers', round: 1, challenges: [{ prompt }] });
    expect((await temporal.workflow.getHandle(workflowId).describe()).runId).toBe(runId);

    const again = await client.startAndWaitForChallenge({ login: { loginId: loginId.toUpperCase() }, mode: 'cached' });
    expect(again).toEqual({ workflowId, runId, started: false, progress });
    await expect(client.startAndWaitForChallenge({ login: { loginId }, save: false })).rejects.toMatchObject({
      code: 'InputConflict',
      fields: ['save'],
    });

    await expect(client.answer(workflowId, { answers })).resolves.toEqual({ accepted: true, round: 1 });
    await expect(client.result(workflowId)).resolves.toMatchObject({ challengeRounds: 1 });
    expect(authorizes(loginId)).toHaveLength(2);
  });

  test('a run without a question is waited for until it has ended, however it did', async () => {
    const [plain, disabled] = await Promise.all(
      ['plain', 'test_disabled_account'].map((scenario) =>
        client.startAndWaitForChallenge({ login: { loginId: loginIdFor(scenario, 2) } }),
      ),
    );
    expect(plain).toMatchObject({ started: true, progress: { stage: 'completed', round: 0 } });
    expect(disabled).toMatchObject({ started: true, progress: { stage: 'failed' } });
    const failure = await codeOf(client.result(disabled?.workflowId ?? ''));
    expect(failure).toBeInstanceOf(RunFailedError);
    expect(failure).toMatchObject({ code: 'LoginRefused', flinksCode: 'DISABLED_LOGIN' });
  });

  test('a bank that takes its time is waited for while a worker is there', async () => {
    const loginId = loginIdFor('question', 3);
    simulator.inject({ endpoint: 'Authorize', loginId, fault: { kind: 'slow-first-byte', delayMs: 7_000 } });
    const { workflowId, progress } = await client.startAndWaitForChallenge({ login: { loginId }, mode: 'live' });
    // If the run failed, its reason is what the reader of this test needs.
    if (progress.stage === 'failed') await client.result(workflowId);
    expect(progress).toMatchObject({ stage: 'awaitingAnswers' });
    expect(authorizes(loginId)).toHaveLength(1);
    await client.cancel(workflowId);
  });

  test('an input that does not fit is refused by name of its fields before anything is started', async () => {
    const input = { login: { loginId: 'none' }, save: 'yes' };
    const error = await codeOf(client.startAndWaitForChallenge(input as never));
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code: 'InvalidInput', fields: ['login.loginId', 'save'] });
    await expect(client.status('account-details-none')).rejects.toMatchObject({ code: 'NoSuchRun' });
  });

  test('without a worker runs are started, joined and compared all the same, and who needs one is told so', async () => {
    const alone = await withoutWorker('alone');
    const loginId = loginIdFor('question', 4);
    const { workflowId, runId } = await alone.start({ login: { loginId } });
    expect(await alone.start({ login: { loginId }, mode: 'cached' })).toEqual({ workflowId, runId, started: false });
    const conflict = await codeOf(alone.start({ login: { loginId }, mode: 'live', tag: 'x' }));
    expect(conflict).toMatchObject({ code: 'InputConflict', fields: expect.arrayContaining(['mode', 'tag']) });
    const full = { round: 1, requestId: 'r', answerId: 'a', answers };
    await alone.signalAnswer(workflowId, full);

    const other = loginIdFor('question', 5);
    const status = alone.status(workflowId);
    const refused = await Promise.all(
      [
        alone.startAndWaitForChallenge({ login: { loginId: other } }),
        alone.startAndWaitForChallenge({ login: { loginId } }),
        alone.progress(workflowId),
        alone.answer(workflowId, full),
        alone.cancel(workflowId),
      ].map(codeOf),
    );
    expect(refused.map(({ code }) => code)).toEqual(Array.from({ length: 5 }, () => 'NoWorker'));
    expect(refused[0]?.message).toContain('goes on as soon as one does');
    expect(await status).toEqual({ workflowId, runId, status: 'RUNNING' });
    expect(await alone.start({ login: { loginId: other } })).toMatchObject({ started: false });
    expect([...authorizes(loginId), ...authorizes(other)]).toEqual([]);
  });

  test('a wait ends with the caller’s signal and says how, and the run goes on', async () => {
    const { workflowId } = await askedRun(6);
    const soon = () => ({ signal: AbortSignal.timeout(700) });
    const watchAll = async () => {
      for await (const { status } of client.watch(workflowId, soon())) expect(status).toBe('RUNNING');
    };
    const pending = { login: { loginId: loginIdFor('pending-for-ever', 7) } };
    const waits = [client.result(workflowId, soon()), watchAll(), client.startAndWaitForChallenge(pending, soon())];
    const ended = await Promise.all(waits.map(codeOf));
    for (const error of ended) expect(error).toBeInstanceOf(WaitEndedError);
    expect(ended.map(({ code }) => code)).toEqual(['WaitTimedOut', 'WaitTimedOut', 'WaitTimedOut']);

    const signal = AbortSignal.abort();
    const calls = [
      client.start(pending, { signal }),
      client.startAndWaitForChallenge(pending, { signal }),
      client.status(workflowId, { signal }),
      client.progress(workflowId, { signal }),
      client.answer(workflowId, { answers }, { signal }),
      client.signalAnswer(workflowId, { answers }, { signal }),
      client.result(workflowId, { signal }),
      client.cancel(workflowId, { signal }),
      client.watch(workflowId, { signal }).next(),
      client.list({}, { signal }).next(),
    ];
    const aborted = await Promise.all(calls.map(codeOf));
    expect(aborted.map(({ code }) => code)).toEqual(calls.map(() => 'WaitAborted'));
    expect(await client.progress(workflowId)).toMatchObject({ stage: 'awaitingAnswers', rejectedAnswers: 0 });
    await client.cancel(workflowId);
  });

  test.each([
    [21, 'update', 'update'],
    [22, 'signal', 'update'],
    [23, 'update', 'signal'],
    [24, 'signal', 'signal'],
  ])('an answer that is sent twice counts once and has one outcome (%i: by %s, by %s)', async (n, first, second) => {
    const loginId = loginIdFor('question-then-pending', n);
    const polling = { interval: '2 seconds', deadline: '1 minute' };
    const { workflowId, progress } = await client.startAndWaitForChallenge({ login: { loginId }, polling });
    const { round, requestId = '' } = progress;
    const answer = { round, requestId, answerId: 'once', answers };
    const send = (by: string) =>
      by === 'signal' ? client.signalAnswer(workflowId, answer) : client.answer(workflowId, answer);
    const outcomes = [await send(first), await send(second), await client.answer(workflowId, answer)];
    for (const outcome of outcomes) expect([undefined, { accepted: true, round: 1 }]).toContainEqual(outcome);
    await expect(client.result(workflowId)).resolves.toMatchObject({ challengeRounds: 1 });
    expect(await client.progress(workflowId)).toMatchObject({ rejectedAnswers: 0 });
    expect(authorizes(loginId)).toHaveLength(2);
    // A backend that lost the reply may ask once more after the end.
    await expect(client.answer(workflowId, answer)).resolves.toEqual({ accepted: true, round: 1 });
  });

  test('an answer that is refused says why, by update as an error and by signal in progress', async () => {
    const { workflowId, loginId } = await askedRun(8);
    const bad = await Promise.all(
      [
        client.answer(workflowId, { answers: { 'Who are you?': 'Nobody' } }),
        client.answer(workflowId, { answers, round: 3 }),
        client.answer(workflowId, { answers: { [prompt]: ' ' } }),
        client.answer(workflowId, { answers, answerId: 'x'.repeat(65) }),
        client.answer(workflowId, { answers: [] as never }),
        client.signalAnswer(workflowId, { answers: { [prompt]: 1 as never } }),
      ].map(codeOf),
    );
    for (const error of bad) expect(error).toBeInstanceOf(AnswerRejectedError);
    expect(bad.map(({ code }) => code)).toEqual([
      'UnknownPrompt',
      'RoundOver',
      'EmptyAnswer',
      'InvalidAnswer',
      'InvalidAnswer',
      'InvalidAnswer',
    ]);
    await client.signalAnswer(workflowId, { answers: { 'Who are you?': 'Nobody' } });
    await until('the refusal shows', async () => (await client.progress(workflowId)).lastRejection === 'UnknownPrompt');
    await client.cancel(workflowId);
    expect((await codeOf(client.answer(workflowId, { answers }))).code).toBe('RunClosed');
    expect((await codeOf(client.cancel(workflowId))).code).toBe('RunClosed');
    expect((await codeOf(client.result(workflowId))).code).toBe('Cancelled');
    expect(authorizes(loginId)).toHaveLength(1);
  });

  test('runs are listed by stage, institution and status, and one that was terminated does not linger', async () => {
    const [open, terminated] = await Promise.all([askedRun(9), askedRun(40)]);
    await temporal.workflow.getHandle(terminated.workflowId).terminate();
    const asked = { stage: 'awaitingAnswers', institution: 'FlinksCapital' } as const;
    await until('both are listed', async () => {
      const ids = await listed(client.list(asked));
      return ids.includes(open.workflowId) && ids.includes(terminated.workflowId);
    });
    await until('one is listed as terminated', async () =>
      (await listed(client.list({ ...asked, status: 'TERMINATED' }))).includes(terminated.workflowId),
    );
    const running = await listed(client.list({ ...asked, status: 'RUNNING', limit: Infinity }));
    expect(running).toContain(open.workflowId);
    expect(running).not.toContain(terminated.workflowId);
    expect(await listed(client.list({ limit: 1 }))).toHaveLength(1);
    expect(await listed(client.list({ institution: "O'Neil \\ Sons" }))).toEqual([]);
    expect((await codeOf(client.result(terminated.workflowId))).code).toBe('Terminated');
    const filter = { stage: 'asleep', status: 'OPEN', limit: -1 } as never;
    expect(await codeOf(client.list(filter).next())).toMatchObject({
      code: 'InvalidInput',
      fields: ['stage', 'status', 'limit'],
    });
    await client.cancel(open.workflowId);
  });

  test('what is set up wrongly is said by a code', async () => {
    const { workflowId } = await client.startAndWaitForChallenge({ login: { loginId: loginIdFor('plain', 41) } });
    const connecting = async (
      environment: Record<string, string>,
      call: (other: AccountDetailsClient) => Promise<unknown>,
    ) => {
      const other = await connectClient({ ...localEnvironment(), TEMPORAL_ADDRESS: server.address, ...environment });
      try {
        return await codeOf(call(other));
      } finally {
        await other.close();
      }
    };
    const otherKey = `other:${Buffer.alloc(32, 7).toString('base64')}`;
    const [key, plain, namespace, attributes, tooLong] = await Promise.all([
      connecting({ PAYLOAD_KEYS: otherKey }, (other) => other.result(workflowId)),
      connecting({ PAYLOAD_ENCRYPTION: 'off' }, (other) => other.result(workflowId)),
      connecting({ TEMPORAL_NAMESPACE: 'nowhere' }, (other) =>
        other.start({ login: { loginId: loginIdFor('plain') } }),
      ),
      withoutWorker('bare').then((bare) => codeOf(bare.list({ stage: 'failed' }).next())),
      codeOf(
        client.start({ login: { institution: 'X', username: 'u', password: 'p' } }, { workflowId: 'x'.repeat(2_000) }),
      ),
    ]);
    expect([key, plain, namespace, attributes, tooLong].map(({ code }) => code)).toEqual([
      'UnreadablePayload',
      'UnreadablePayload',
      'NoSuchNamespace',
      'NoSearchAttributes',
      'InvalidInput',
    ]);
    expect(key.message).toContain('PAYLOAD_KEYS');
    await expect(connectClient({ ...localEnvironment(), TEMPORAL_ADDRESS: 'nowhere' })).rejects.toBeInstanceOf(
      ConfigurationError,
    );
  });

  test('a server that went away is named as such, and not the workers behind it', async () => {
    const away = await devServer();
    const other = await connectClient({ ...localEnvironment(), TEMPORAL_ADDRESS: away.address });
    const login = { loginId: loginIdFor('plain', 51) };
    const { workflowId } = await other.start({ login });
    await away.stop();
    const signal = AbortSignal.timeout(500);
    expect((await codeOf(other.result(workflowId, { signal }))).code).toBe('WaitTimedOut');
    const gone = await Promise.all(
      [
        other.start({ login }),
        other.startAndWaitForChallenge({ login }),
        other.progress(workflowId),
        other.list().next(),
      ].map(codeOf),
    );
    expect(gone.map(({ code }) => code)).toEqual(gone.map(() => 'ServerUnreachable'));
    await other.close();
  });
});
