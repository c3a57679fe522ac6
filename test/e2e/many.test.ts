import { expect, test } from 'vitest';
import { countByEndpoint, requestsOf } from '../../simulator/record.js';
import { answersFor, loginIdFor } from '../../simulator/server.js';
import { liveStack } from '../support/live-stack.js';
import { until } from '../support/until.js';

const { simulator, client, work } = await liveStack();
await work({ LOG_LEVEL: 'warn' });

const scenarios = ['one-account', 'question', 'pending-2-polls'] as const;

const runs = Array.from({ length: 200 }, (_, index) => {
  const scenario = scenarios[index % scenarios.length] ?? 'one-account';
  return { scenario, loginId: loginIdFor(scenario, index + 1) };
});
const questions = runs.filter(({ scenario }) => scenario === 'question').length;

/** The workflow ids of the runs that wait for an answer, once every bank has asked. */
const allAsked = (): Promise<string[]> =>
  until(
    `${questions} questions are open`,
    async () => {
      const open = [];
      for await (const { workflowId } of client.list({ stage: 'awaitingAnswers', limit: 200 })) open.push(workflowId);
      return open.length === questions && open;
    },
    { withinMs: 90_000, everyMs: 500 },
  );

/** One customer's answer. */
async function answer(workflowId: string): Promise<void> {
  const { challenges = [] } = await client.progress(workflowId);
  const prompts = challenges.map(({ prompt }) => prompt);
  const taken = await client.answer(workflowId, { answers: answersFor('question', prompts) });
  expect(taken).toEqual({ accepted: true, round: 1 });
}

test('two hundred runs at once all end right, and none calls Flinks twice for the same', async () => {
  const started = await Promise.all(
    runs.map(({ loginId }) =>
      client.start({ login: { loginId }, tag: loginId, polling: { interval: '2 seconds', deadline: '2 minutes' } }),
    ),
  );
  expect(started.filter(({ started }) => !started)).toEqual([]);
  await Promise.all((await allAsked()).map(answer));
  const results = await Promise.all(started.map(({ workflowId }) => client.result(workflowId)));

  for (const [index, { scenario, loginId }] of runs.entries()) {
    const pending = scenario === 'pending-2-polls';
    const asked = scenario === 'question';
    const requests = requestsOf(simulator.requests, loginId);
    expect(results[index]).toMatchObject({ polls: pending ? 2 : 0, challengeRounds: asked ? 1 : 0 });
    expect(results[index]?.login?.['id']).toBe(asked ? undefined : loginId);
    // A short call that got no answer within a second and a half, as on a busy machine, was hung up and is made again.
    const hungUp = requests.filter(({ abortedByClient }) => abortedByClient);
    // What counts at the bank or must not be repeated is never hung up.
    expect(hungUp.filter(({ endpoint, answer }) => endpoint === 'GetAccountsDetail' || answer)).toEqual([]);
    const repeated = hungUp.filter(({ endpoint }) => endpoint === 'Authorize').length;
    expect({ loginId, ...countByEndpoint(requests.filter((one) => !hungUp.includes(one))) }).toEqual({
      loginId,
      GenerateAuthorizeToken: 1 + repeated,
      Authorize: asked ? 2 : 1,
      GetAccountsSummary: 1,
      GetAccountsDetail: 1,
      ...(pending && { GetAccountsDetailAsync: 2 }),
    });
    expect(requests.filter(({ openAlongside }) => openAlongside > 0)).toEqual([]);
    const authorizes = requests.filter((one) => one.endpoint === 'Authorize' && !hungUp.includes(one));
    expect(authorizes.map(({ answer }) => answer)).toEqual(asked ? [false, true] : [false]);
  }
  // A token that opened no session is nobody's, and would not be among the requests of any LoginId.
  expect(simulator.requests.filter(({ loginId }) => loginId === undefined)).toEqual([]);
  const requestIds = results.map(({ requestId }) => requestId);
  expect(new Set(requestIds).size).toBe(200);
});
