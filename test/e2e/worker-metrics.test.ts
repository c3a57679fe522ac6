import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { freePorts } from '../../dev/ports.js';
import { PASSWORD } from '../../simulator/logins.js';
import { INSTITUTION } from '../../simulator/replies.js';
import { answersFor, loginIdFor } from '../../simulator/server.js';
import { found, scan, type Canary } from '../support/canary-scan.js';
import { liveStack } from '../support/live-stack.js';
import { until } from '../support/until.js';

const unique = (): string => `Cnry${randomBytes(9).toString('hex')}`;
const marks = { token: unique(), password: unique(), answer: unique(), accountNumber: unique(), holderName: unique() };
const keys = { secretKey: unique(), apiKey: unique() };
const username = `+${BigInt(`0x${randomBytes(9).toString('hex')}`) + 10n ** 21n}`;
const canaries: Canary[] = Object.entries({ ...marks, ...keys, username }).map(([name, value]) => ({ name, value }));

const { simulator, client, work: startWorker } = await liveStack({ simulator: { keys, marks } });

/** A worker, and what its metrics say: the sum of a metric's lines that have all these labels; 0 where there is none. */
async function work() {
  const [port] = await freePorts(1);
  const worker = await startWorker({ METRICS_ADDRESS: `127.0.0.1:${port}`, LOG_LEVEL: 'debug' });
  const page = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const value = async (name: string, labels: Record<string, string> = {}): Promise<number> => {
    const wanted = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
    const lines = (await page())
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    return lines
      .filter((line) => wanted.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  };
  return { ...worker, page, value };
}

const credentials = (scenario: string) => ({
  institution: INSTITUTION.Institution,
  username: `${scenario}${username}`,
  password: PASSWORD + marks.password,
});

async function answer(workflowId: string, scenario: string): Promise<void> {
  const { challenges = [] } = await until('the bank asks', async () => {
    const progress = await client.progress(workflowId);
    return progress.stage === 'awaitingAnswers' && progress;
  });
  const prompts = challenges.map(({ prompt }) => prompt);
  const right = Object.entries(answersFor(scenario, prompts)).map(([prompt, answers]) => [
    prompt,
    answers.map((one) => one + marks.answer),
  ]);
  await client.answer(workflowId, { answers: Object.fromEntries(right) });
}

const polling = { interval: '1 second', deadline: '3 seconds' };

test('each run and each call is counted once, also where another worker replays it, and no secret and no id is among the metrics', async () => {
  const first = await work();
  expect(await first.page()).toMatch(/^flinks_runs_total\{[^}]*outcome="FlinksConfiguration"[^}]*\} 0$/m);
  const completed = await client.start({ login: credentials('question-then-pending'), polling });
  await answer(completed.workflowId, 'question-then-pending');
  const asking = await client.start({ login: { loginId: loginIdFor('question', 2) }, mode: 'live' });
  const refused = await client.start({ login: { ...credentials('plain'), password: `wrong${marks.password}` } });
  const endless = await client.start({ login: { loginId: loginIdFor('pending-for-ever') }, polling });
  await expect(client.result(completed.workflowId)).resolves.toMatchObject({ polls: 2 });
  await expect(client.result(refused.workflowId)).rejects.toMatchObject({ code: 'InvalidCredentials' });
  await expect(client.result(endless.workflowId)).rejects.toMatchObject({ code: 'PendingTooLong' });

  const runs = (outcome: string) => first.value('flinks_runs_total', { outcome });
  expect(await runs('completed')).toBe(1);
  // The zero at the start and the run are one series.
  expect((await first.page()).match(/^flinks_runs_total\{.*outcome="completed"/gm)).toHaveLength(1);
  expect(await runs('InvalidCredentials')).toBe(1);
  expect(await runs('PendingTooLong')).toBe(1);
  expect(await first.value('flinks_runs_total')).toBe(3);
  expect(await first.value('flinks_time_to_result_seconds_count')).toBe(1);
  expect(await first.value('flinks_time_to_result_seconds_bucket', { le: '60' })).toBe(1);
  expect(await first.value('flinks_answer_wait_seconds_count')).toBe(1);
  expect(await first.value('flinks_polls_per_run_sum')).toBe(5);
  expect(await first.value('flinks_polls_per_run_bucket', { le: '2' })).toBe(2);
  expect(await first.value('temporal_workflow_completed')).toBe(1);

  for (const endpoint of ['GenerateAuthorizeToken', 'Authorize', 'GetAccountsDetail', 'GetAccountsDetailAsync']) {
    const asked = simulator.requests.filter((request) => request.endpoint === endpoint);
    expect(await first.value('flinks_calls_total', { endpoint })).toBe(asked.length);
    expect(await first.value('flinks_call_duration_seconds_count', { endpoint })).toBe(asked.length);
  }
  expect(await first.value('flinks_calls_total', { code: 'OPERATION_PENDING' })).toBeGreaterThanOrEqual(5);
  expect(await first.value('flinks_calls_total', { code: '203' })).toBe(2);

  const page = await first.page();
  expect(found(scan(JSON.stringify(simulator.requests), canaries)).length).toBeGreaterThan(4);
  expect(scan(page, canaries)).toEqual([]);
  expect(page).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/i);
  expect(scan(first.output(), canaries)).toEqual([]);
  // The SDK hands its lines on in turns, so the last ones come a moment later.
  const calls = await until('every call is in the log', () => {
    const lines = first.output().split('\n');
    const ofCalls = lines.filter((line) => line.includes('"msg":"Flinks call"'));
    return ofCalls.length >= simulator.requests.length && ofCalls;
  });
  expect(calls).toHaveLength(simulator.requests.length);
  expect(JSON.parse(calls[0] ?? '')).toMatchObject({
    level: 'debug',
    workflowId: expect.stringMatching(/^account-details-/),
    workflowRunId: expect.any(String),
    endpoint: 'GenerateAuthorizeToken',
    status: '200',
  });

  first.kill();
  await first.ended;
  const second = await work();
  // What the first worker measured is replayed here, by queries of closed runs and to go on with the open one.
  for (const { workflowId } of [completed, refused, endless])
    expect((await client.progress(workflowId)).stage).toMatch(/^(completed|failed)$/);
  expect(await second.value('flinks_runs_total')).toBe(0);
  expect(await second.value('flinks_answer_wait_seconds_count')).toBe(0);
  await answer(asking.workflowId, 'question');
  await client.result(asking.workflowId);
  expect(await second.value('flinks_runs_total')).toBe(1);
  expect(await second.value('flinks_runs_total', { outcome: 'completed' })).toBe(1);
  expect(await second.value('flinks_answer_wait_seconds_count')).toBe(1);

  const cancelled = await client.start({ login: { loginId: loginIdFor('question', 3) }, mode: 'live' });
  await until('the bank asks', async () => (await client.progress(cancelled.workflowId)).stage === 'awaitingAnswers');
  await client.cancel(cancelled.workflowId);
  expect(await second.value('flinks_runs_total', { outcome: 'cancelled' })).toBe(1);
});
