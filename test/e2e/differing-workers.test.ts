// Workers of one task queue that are not set up alike: a worker that does not fit a run sends nothing, and the run waits.
import { randomBytes } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { requestsOf } from '../../simulator/record.js';
import { answersFor, loginIdFor, startSimulator } from '../../simulator/server.js';
import { liveStack } from '../support/live-stack.js';
import { until } from '../support/until.js';
import type { Variables } from '../support/worker-process.js';

const { simulator, client, work } = await liveStack();
const elsewhere = await startSimulator();
afterAll(() => elsewhere.close());

const prompt = 'What city were you born in?';
let n = 0;

/** What a worker is set up with, and what its log says when it gets a run that it does not fit. */
const unfit: [string, Variables, RegExp][] = [
  ['lacks the key', { PAYLOAD_KEYS: `other:${randomBytes(32).toString('base64')}` }, /UnknownPayloadKey/],
  ['has encryption off', { PAYLOAD_KEYS: undefined, PAYLOAD_ENCRYPTION: 'off' }, /UnknownPayloadKey/],
  // Another instance of Flinks: it knows no session of the first one.
  ['is of another customer of Flinks', { FLINKS_BASE_URL: elsewhere.url }, /another FLINKS_CUSTOMER_ID/],
];

test.each(unfit)('a worker that %s sends nothing, and the run goes on at one that fits', async (_, variables, says) => {
  const loginId = loginIdFor('question', (n += 1));
  const sent = (flinks: typeof simulator) => requestsOf(flinks.requests, loginId);
  const fitting = await work();
  const { workflowId, runId } = await client.start({ login: { loginId }, mode: 'live' });
  await until('the bank asks', async () => (await client.progress(workflowId)).stage === 'awaitingAnswers');
  await fitting.stop();
  const before = sent(simulator).length;

  const other = await work(variables);
  await client.signalAnswer(workflowId, { answers: answersFor('question', [prompt]), round: 1 });
  await until('its log says why it does nothing', () => says.test(other.output()));
  expect([sent(simulator).length, sent(elsewhere).length]).toEqual([before, 0]);

  await other.stop();
  const again = await work();
  expect((await client.result(workflowId, { runId })).accounts).toHaveLength(4);
  const authorizes = sent(simulator).filter(({ endpoint }) => endpoint === 'Authorize');
  // The login and the answer.
  expect([authorizes.length, sent(elsewhere).length]).toEqual([2, 0]);
  await again.stop();
});
