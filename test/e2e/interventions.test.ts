import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporalCli } from '../../dev/binaries.js';
import { localEnvironment } from '../../dev/local-environment.js';
import { loginIdFor, type RecordedRequest } from '../../simulator/server.js';
import { connectClient } from '../../src/client.js';
import type { RetrieveAccountDetailsInput } from '../../src/contract.js';
import { liveStack } from '../support/live-stack.js';
import { until } from '../support/until.js';
import type { WorkerProcess } from '../support/worker-process.js';

const prompt = 'What city were you born in?';

const { server, simulator, work: startWorker } = await liveStack();
let n = 0;

// With encryption off, because the CLI alone has no key.
let worker: WorkerProcess;
const work = () => startWorker({ PAYLOAD_ENCRYPTION: 'off' });

beforeAll(async () => {
  worker = await work();
});

async function temporal(...args: string[]): Promise<string> {
  const where = ['--address', server.address, '--output', 'json'];
  const { stdout } = await promisify(execFile)(await temporalCli(), [...args, ...where], { env: localEnvironment() });
  return stdout;
}

/** A run of its own for each test, with everything that an operator does to it by the Temporal CLI. */
async function started(scenario: string, input: Record<string, unknown>, holdLoginMs?: number) {
  const loginId = loginIdFor(scenario, (n += 1));
  const id = `account-details-${loginId}`;
  const run = ['--workflow-id', id];
  const activity = [...run, '--activity-id', '1'];
  if (holdLoginMs !== undefined)
    simulator.inject({ endpoint: 'Authorize', loginId, fault: { kind: 'slow-first-byte', delayMs: holdLoginMs } });
  const start = () =>
    temporal(
      'workflow',
      'start',
      '--type',
      'retrieveAccountDetails',
      '--task-queue',
      'flinks-account-details',
      ...run,
      '--input',
      JSON.stringify({ login: { loginId }, ...input }),
    );
  await start();
  const authorizes = (): RecordedRequest[] =>
    simulator.requests.filter((request) => request.endpoint === 'Authorize' && request.loginId === loginId);
  const describe = async () =>
    JSON.parse(await temporal('workflow', 'describe', ...run)) as {
      pendingActivities?: { lastHeartbeatTime?: string; attempt: number }[];
    };
  const events = async () =>
    (JSON.parse(await temporal('workflow', 'show', ...run)) as { events: { eventId: string; eventType: string }[] })
      .events;
  const stage = async (): Promise<string> => {
    const answer = await temporal('workflow', 'query', ...run, '--type', 'progress');
    return (JSON.parse(answer) as { queryResult: { stage: string }[] }).queryResult[0]?.stage ?? '';
  };
  return {
    input: { login: { loginId }, ...input },
    start,
    authorizes,
    stage,
    /** When the call under way was last heard of; undefined while that is still as before. */
    async heartbeat(before?: string): Promise<string | undefined> {
      const at = (await describe()).pendingActivities?.[0]?.lastHeartbeatTime ?? '';
      return at === before ? undefined : at;
    },
    attempt: async () => (await describe()).pendingActivities?.[0]?.attempt,
    reaches: (wanted: string) => until(`${id} is in ${wanted}`, async () => (await stage()) === wanted, rarely),
    isLoggingIn: () => until('the bank is asked', () => authorizes()[0]),
    act: (...what: string[]) => temporal('activity', ...what, ...activity),
    on: (...what: string[]) => temporal('workflow', ...what, ...run),
    answer: () =>
      temporal(
        'workflow',
        'signal',
        ...run,
        '--name',
        'answerSecurityChallenges',
        '--input',
        JSON.stringify({ answers: { [prompt]: 'Montreal' } }),
      ),
    reset: (to: string[]) => temporal('workflow', 'reset', ...run, ...to, '--reason', 'a test'),
    events: async () => (await events()).map(({ eventType }) => eventType),
    /** The workflow task that came before the nth event of this type. */
    async taskBefore(type: string, nth = 1): Promise<string[]> {
      const all = await events();
      const event = all.filter(({ eventType }) => eventType === type)[nth - 1];
      const task = all
        .slice(0, event && all.indexOf(event))
        .findLast(({ eventType }) => eventType === 'EVENT_TYPE_WORKFLOW_TASK_COMPLETED');
      return ['--event-id', task?.eventId ?? ''];
    },
    /** How the newest run of this id ended: COMPLETED, or the failure with its message. */
    async outcome(): Promise<string> {
      const text = await temporal('workflow', 'result', ...run).catch((error: { stdout: string }) => error.stdout);
      const { status, closeEvent } = JSON.parse(text) as {
        status: string;
        closeEvent?: { workflowExecutionFailedEventAttributes?: { failure: Failure } };
      };
      const failure = closeEvent?.workflowExecutionFailedEventAttributes?.failure;
      return failure ? `${failure.applicationFailureInfo?.type}: ${failure.message}` : status;
    },
  };
}

// Each look is a process of its own.
const rarely = { everyMs: 300 };

interface Failure {
  message: string;
  applicationFailureInfo?: { type: string };
}

const live = { mode: 'live' };
const toTheStart = ['--type', 'FirstWorkflowTask'];
const minutes = 60_000;

describe('reset', () => {
  test('to before a live login that was made does not log in again, and a new start does', async () => {
    const run = await started('one-account', live);
    expect(await run.outcome()).toBe('COMPLETED');
    await run.reset(toTheStart);
    expect(await run.outcome()).toMatch(
      /^LoginOutcomeUnknown: The run was reset to before a live login that may have been made\. .*start again in cached mode/,
    );
    expect(run.authorizes()).toHaveLength(1);
    await run.start();
    expect(await run.outcome()).toBe('COMPLETED');
    expect(run.authorizes()).toHaveLength(2);
  });

  test('while a live login is under way hangs up and does not log in again', async () => {
    const run = await started('one-account', live, minutes);
    const login = await run.isLoggingIn();
    await run.reset(toTheStart);
    expect(await run.outcome()).toMatch(/^LoginOutcomeUnknown: The run was reset/);
    await until('the login was hung up', () => login.abortedByClient);
    expect(run.authorizes()).toHaveLength(1);
  });

  test('to before an answer was sent does not send it again', async () => {
    const run = await started('question', live);
    await run.reaches('awaitingAnswers');
    await run.answer();
    expect(await run.outcome()).toBe('COMPLETED');
    await run.reset(await run.taskBefore('EVENT_TYPE_ACTIVITY_TASK_SCHEDULED', 2));
    expect(await run.outcome()).toMatch(
      /^LoginOutcomeUnknown: The run was reset to before an answer that may have been sent\./,
    );
    expect(run.authorizes().map(({ answer }) => answer)).toEqual([false, true]);
  });

  test('to before an answer came asks again, and sends neither that answer nor another in the old session', async () => {
    const run = await started('question', live);
    await run.reaches('awaitingAnswers');
    await run.answer();
    expect(await run.outcome()).toBe('COMPLETED');
    await run.reset(await run.taskBefore('EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED'));
    await run.reaches('awaitingAnswers');
    await run.answer();
    expect(await run.outcome()).toMatch(/^LoginOutcomeUnknown: The run was reset to before an answer/);
    expect(run.authorizes()).toHaveLength(2);
  });

  test('of a cached run to its start asks everything anew, the customer included', async () => {
    const run = await started('question', {});
    await run.reaches('awaitingAnswers');
    await run.answer();
    expect(await run.outcome()).toBe('COMPLETED');
    await run.reset(toTheStart);
    await run.reaches('awaitingAnswers');
    expect(run.authorizes()).toHaveLength(3);
    await run.answer();
    expect(await run.outcome()).toBe('COMPLETED');
    expect(run.authorizes().map(({ answer }) => answer)).toEqual([false, true, false, true]);
  });

  test('to after a live login goes on with its session', async () => {
    const run = await started('pending-1-poll', { ...live, polling: { interval: '1 second', deadline: '1 minute' } });
    expect(await run.outcome()).toBe('COMPLETED');
    await run.reset(await run.taskBefore('EVENT_TYPE_TIMER_STARTED'));
    expect(await run.outcome()).toBe('COMPLETED');
    expect(run.authorizes()).toHaveLength(1);
  });
});

describe('a live login that is under way', () => {
  test.each([
    ['paused', ['pause'], ['unpause']],
    ['reset', ['reset'], undefined],
    ['given more attempts', ['update-options', '--retry-maximum-attempts', '5'], undefined],
  ])('goes on and is not made again when its activity is %s', async (_, what, afterwards) => {
    const run = await started('one-account', live, afterwards ? 7_000 : 3_500);
    await run.isLoggingIn();
    await run.act(...what);
    if (afterwards) {
      // The worker hears of it with the answer to a heartbeat.
      for (let heard = await run.heartbeat(), n = 0; n < 2; n += 1)
        heard = await until('there is another heartbeat', () => run.heartbeat(heard), rarely);
      await run.act(...afterwards);
    }
    expect(await run.outcome()).toBe('COMPLETED');
    expect(run.authorizes()).toMatchObject([{ status: 200 }]);
    expect(run.authorizes()[0]).not.toHaveProperty('abortedByClient', true);
  });

  test('is not made again by another worker, whatever was done to its activity', async () => {
    const runs = [await started('one-account', live, 5 * minutes), await started('one-account', live, 5 * minutes)];
    for (const run of runs) {
      await run.isLoggingIn();
      await run.act('update-options', '--retry-maximum-attempts', '5', '--retry-initial-interval', '20s');
    }
    process.kill(worker.pid, 'SIGKILL');
    await worker.ended;
    for (const run of runs) await until('the next attempt is due', async () => (await run.attempt()) === 2, rarely);
    // Attempts count from 1 again.
    await runs[1]?.act('reset');
    worker = await work();
    for (const run of runs) {
      expect(await run.outcome()).toMatch(/^LoginOutcomeUnknown: /);
      expect(run.authorizes()).toHaveLength(1);
    }
  });

  test('is hung up when the run is terminated, and a new start logs in again because somebody said so', async () => {
    const run = await started('one-account', live, minutes);
    const login = await run.isLoggingIn();
    await run.on('terminate', '--reason', 'a test');
    await until('the login was hung up', () => login.abortedByClient);
    expect(run.authorizes()).toHaveLength(1);
    await run.start();
    expect(await run.outcome()).toBe('COMPLETED');
    expect(run.authorizes()).toHaveLength(2);
  });
});

describe('pause', () => {
  const polling = { interval: '1 second', deadline: '1 minute' };

  test('of a run that waits for Flinks stops its polls, and unpause makes up for them', async () => {
    const run = await started('pending-2-polls', { polling });
    await run.reaches('waitingForFlinks');
    await run.on('pause', '--reason', 'a test');
    await expect(run.stage()).rejects.toMatchObject({ stderr: expect.stringMatching(/status: Paused/) });
    await until(
      'the timer of a poll has fired',
      async () => (await run.events()).includes('EVENT_TYPE_TIMER_FIRED'),
      rarely,
    );
    const polls = () => simulator.requests.filter((one) => one.endpoint === 'GetAccountsDetailAsync');
    const before = polls().length;
    await run.on('unpause');
    expect(await run.outcome()).toBe('COMPLETED');
    expect(polls().length).toBeGreaterThan(before);
  });

  test('of a run that waits for an answer keeps the answer until unpause', async () => {
    const run = await started('question', live);
    await run.reaches('awaitingAnswers');
    await run.on('pause', '--reason', 'a test');
    await run.answer();
    expect(run.authorizes()).toHaveLength(1);
    // It is still open: a second start joins it.
    const client = await connectClient(
      localEnvironment({ TEMPORAL_ADDRESS: server.address, PAYLOAD_ENCRYPTION: 'off' }),
    );
    expect(await client.start(run.input as RetrieveAccountDetailsInput)).toMatchObject({ started: false });
    await client.close();
    await run.on('unpause');
    expect(await run.outcome()).toBe('COMPLETED');
    expect(run.authorizes().map(({ answer }) => answer)).toEqual([false, true]);
  });
});
