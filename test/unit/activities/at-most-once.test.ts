// A live login and an answer are sent by one run only, and by the first attempt of its activity only.
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { loginIdFor, startSimulator } from '../../../simulator/server.js';
import type { AuthorizeRequest } from '../../../src/activities/authorize.js';
import { createActivities } from '../../../src/activities/index.js';
import { defaultRetryPolicy } from '../../../src/activities/retries.js';
import { clientOf } from '../../support/flinks-server.js';

const simulator = await startSimulator();
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const scheduledAt = 1_000_000;
const runId = 'the-run';
const at = { attempt: 1, elapsedMs: 0 };
const login: AuthorizeRequest = {
  open: { login: { loginId: loginIdFor('plain') }, mode: 'live', save: true },
  at,
  onlyInRunId: runId,
};
const answer: AuthorizeRequest = { answer: { requestId: 'r', token: 't', answers: [] }, at, onlyInRunId: runId };

/** Sends this as the first attempt of an activity of the run, unless `info` says otherwise. */
function send(request: AuthorizeRequest, info: object = {}): Promise<unknown> {
  const { authorize } = createActivities(clientOf(simulator.url, simulator.keys), defaultRetryPolicy);
  const environment = new MockActivityEnvironment({
    attempt: 1,
    scheduledTimestampMs: scheduledAt,
    currentAttemptScheduledTimestampMs: scheduledAt,
    workflowExecution: { workflowId: 'w', runId },
    ...info,
  });
  return environment.run(() => authorize(request));
}

const refused = {
  type: 'LoginOutcomeUnknown',
  nonRetryable: true,
  message: expect.stringMatching(/was not (made|sent) again\.$/),
};

describe.each([
  ['a live login', login],
  ['an answer', answer],
])('%s', (_, request) => {
  test.each([
    ['another run, to which it was reset', { workflowExecution: { workflowId: 'w', runId: 'another' } }],
    ['a second attempt', { attempt: 2 }],
    // The server reads its clock twice for one attempt, up to 1,000 ms apart.
    [
      'a first attempt that was scheduled again 1,001 ms later',
      { currentAttemptScheduledTimestampMs: scheduledAt + 1_001 },
    ],
  ])('is not sent by %s', async (_, info) => {
    await expect(send(request, info)).rejects.toMatchObject(refused);
    expect(simulator.requests).toEqual([]);
  });
});

test.each([0, 999, 1_000])('a live login that was handed out %i ms after it was scheduled is made', async (ms) => {
  const info = { currentAttemptScheduledTimestampMs: scheduledAt + ms };
  await expect(send(login, info)).resolves.toMatchObject({ kind: 'session', run: runId });
  expect(simulator.requests.map(({ endpoint }) => endpoint)).toEqual(['GenerateAuthorizeToken', 'Authorize']);
});
