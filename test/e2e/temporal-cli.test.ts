import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { temporalCli } from '../../dev/binaries.js';
import { localEnvironment } from '../../dev/local-environment.js';
import { countByEndpoint, requestsOf } from '../../simulator/record.js';
import { loginIdFor } from '../../simulator/server.js';
import { liveStack } from '../support/live-stack.js';
import { until } from '../support/until.js';

const run = promisify(execFile);

// The words below are spelled out on purpose: they are what somebody with nothing but the Temporal CLI has to type.
const prompt = 'What city were you born in?';

const { server, simulator, work } = await liveStack();
// With encryption off, because the CLI alone has no key: what it reads has to be plain.
await work({ PAYLOAD_ENCRYPTION: 'off' });

/** Runs `temporal …` and returns what it prints. A failed command throws an error with its `stdout` and `stderr`. */
async function temporal(...args: string[]): Promise<string> {
  const where = ['--address', server.address, '--output', 'json'];
  const { stdout } = await run(await temporalCli(), [...args, ...where], {
    env: localEnvironment(),
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

async function start(loginId: string, more: Record<string, unknown> = {}): Promise<string> {
  const id = `account-details-${loginId}`;
  const what = ['--type', 'retrieveAccountDetails', '--task-queue', 'flinks-account-details', '--workflow-id', id];
  await temporal('workflow', 'start', ...what, '--input', JSON.stringify({ login: { loginId }, ...more }));
  return id;
}

interface Queried {
  queryResult: { stage: string; requestId?: string; rejectedAnswers: number; lastRejection?: string }[];
}

async function progress(id: string) {
  const [answer] = (
    JSON.parse(await temporal('workflow', 'query', '--workflow-id', id, '--type', 'progress')) as Queried
  ).queryResult;
  if (!answer) throw new Error('The query has no answer.');
  return answer;
}

const reaches = (id: string, stage: string) =>
  until(`${id} is in ${stage}`, async () => {
    const now = await progress(id);
    return now.stage === stage && now;
  });

const answering = (id: string, input: unknown): string[] => [
  '--workflow-id',
  id,
  '--name',
  'answerSecurityChallenges',
  '--input',
  JSON.stringify(input),
];

const signal = (id: string, input: unknown) => temporal('workflow', 'signal', ...answering(id, input));
const update = (id: string, input: unknown) => temporal('workflow', 'update', 'execute', ...answering(id, input));

/** How the run ended, also where it failed and the command with it. */
async function outcome(id: string): Promise<Record<string, unknown>> {
  const text = await temporal('workflow', 'result', '--workflow-id', id).catch(
    (error: { stdout: string }) => error.stdout,
  );
  return JSON.parse(text) as Record<string, unknown>;
}

const sent = (loginId: string) => countByEndpoint(requestsOf(simulator.requests, loginId));
const bodies = (loginId: string) =>
  requestsOf(simulator.requests, loginId)
    .filter(({ endpoint }) => endpoint === 'Authorize')
    .map(({ body }) => body);

test('start, query, signal and result are all that an operator without our code needs', async () => {
  const loginId = loginIdFor('question', 1);
  const id = await start(loginId);
  const asked = await reaches(id, 'awaitingAnswers');
  expect(asked).toEqual({
    stage: 'awaitingAnswers',
    institution: 'FlinksCapital',
    requestId: expect.any(String),
    challenges: [{ prompt, type: 'QuestionAndAnswer' }],
    round: 1,
    polls: 0,
    deadline: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    rejectedAnswers: 0,
  });

  await signal(id, { answers: { 'What city?': 'Montreal' } });
  await until('the signal was refused', async () => (await progress(id)).rejectedAnswers === 1);
  expect(await progress(id)).toMatchObject({ stage: 'awaitingAnswers', lastRejection: 'UnknownPrompt' });
  await signal(id, { answers: { [prompt]: 'Montreal' } });

  expect(await outcome(id)).toMatchObject({
    status: 'COMPLETED',
    result: {
      requestId: asked.requestId,
      institution: 'FlinksCapital',
      summary: expect.any(Array),
      accounts: expect.arrayContaining([expect.objectContaining({ accountNumber: expect.any(String) })]),
      freshness: { cached: true, complete: true },
      polls: 0,
      challengeRounds: 1,
    },
  });
  expect(sent(loginId)).toEqual({
    GenerateAuthorizeToken: 1,
    Authorize: 2,
    GetAccountsSummary: 1,
    GetAccountsDetail: 1,
  });
  expect(bodies(loginId)[1]).toMatchObject({
    RequestId: asked.requestId,
    SecurityResponses: { [prompt]: ['Montreal'] },
  });
});

test('an answer by update says at once whether it was taken', async () => {
  const loginId = loginIdFor('question', 2);
  const id = await start(loginId);
  await reaches(id, 'awaitingAnswers');
  await expect(update(id, { answers: {} })).rejects.toMatchObject({
    stderr: expect.stringMatching(/answers are needed/),
  });
  await expect(update(id, { Round: 1, answers: { [prompt]: 'Montreal' } })).rejects.toMatchObject({
    stderr: expect.stringMatching(/Round is not a known field; did you mean round\?/),
  });
  expect(bodies(loginId)).toHaveLength(1);
  expect(JSON.parse(await update(id, { answers: { [prompt]: ['Montreal'] } }))).toMatchObject({
    result: { accepted: true, round: 1 },
  });
  expect(await outcome(id)).toMatchObject({ status: 'COMPLETED' });
  expect(bodies(loginId)).toHaveLength(2);
});

test('runs are found by FlinksStage', async () => {
  const asked = await start(loginIdFor('question', 3));
  const pending = await start(loginIdFor('pending-for-ever', 1));
  // Lists are a moment late: they may still show a run of a test before.
  const expectListed = (stage: string, ids: unknown) =>
    vi.waitFor(async () => {
      const listed = JSON.parse(await temporal('workflow', 'list', '--query', `FlinksStage = '${stage}'`)) as {
        execution: { workflowId: string };
      }[];
      expect(listed.map(({ execution }) => execution.workflowId)).toEqual(ids);
    }, 50_000);
  await expectListed('awaitingAnswers', [asked]);
  await expectListed('waitingForFlinks', [pending]);
  await temporal('workflow', 'cancel', '--workflow-id', asked);
  await temporal('workflow', 'cancel', '--workflow-id', pending);
  expect(await outcome(asked)).toMatchObject({ status: 'CANCELED' });
  await expectListed('cancelled', expect.arrayContaining([asked]));
});

test('a bad input by hand ends the run with every bad field named, and nothing is called', async () => {
  const before = simulator.requests.length;
  const more = { polling: { interval: '0 seconds' }, colour: 'green', max_challenge_rounds: 2 };
  const id = await start('not-a-guid', more);
  const failed = JSON.stringify(await outcome(id));
  expect(failed).toContain('FAILED');
  expect(failed).toContain('InvalidInput');
  for (const field of ['login.loginId', 'polling.interval', 'colour']) expect(failed).toContain(field);
  expect(failed).toContain('max_challenge_rounds is not a known field; did you mean maxChallengeRounds?');
  expect(failed).not.toContain('green');
  expect(await progress(id)).toMatchObject({ stage: 'failed' });
  expect(simulator.requests).toHaveLength(before);
});

test('a signal that nobody can read is refused and does not stop the run', async () => {
  const loginId = loginIdFor('question', 4);
  const id = await start(loginId);
  await reaches(id, 'awaitingAnswers');
  await temporal('workflow', 'signal', ...answering(id, 'x'), '--input-meta', 'encoding=binary/unheard-of');
  await until('the signal was refused', async () => (await progress(id)).rejectedAnswers === 1);
  await signal(id, { answers: { [prompt]: 'Montreal' } });
  expect(await outcome(id)).toMatchObject({ status: 'COMPLETED' });
});
