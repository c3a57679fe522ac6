import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../simulator/endpoints.js';
import type { Activities } from '../../src/activities/index.js';
import { undecodable } from '../../src/contract/unread-value.js';
import type { RawPayload } from '../support/retrieval.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

/** Activities whose reply was spoilt in Temporal, by their names. */
const spoilt = new Set<string>();

const flinks = workflowEnvironment({
  change: (activities) =>
    Object.fromEntries(
      Object.entries(activities).map(([name, activity]) => [
        name,
        async (...args: [never]) => {
          const reply: unknown = await activity(...args);
          return spoilt.has(name) ? undecodable : reply;
        },
      ]),
    ) as unknown as Activities,
});

const reference = (data: string): RawPayload => ({
  encoding: 'json/protobuf',
  messageType: 'temporal.api.sdk.v1.ExternalStorageReference',
  data,
});

const unreadable: [string, RawPayload][] = [
  ['of an unknown encoding', { encoding: 'binary/of-another-planet' }],
  ['of broken JSON', { encoding: 'json/plain' }],
  ['that says it is encrypted and is not', { encoding: 'binary/encrypted' }],
  ['that refers to a store by broken JSON', reference('{"no')],
  ['that does not name a store', reference('{}')],
  ['that refers to a store by another kind of value', reference('[7]')],
  ['that refers to a store that nobody has', reference('{"driverName":"elsewhere","claimData":{"key":"v0/ns/a/b"}}')],
  ['that refers to no payload of our stores', reference('{"driverName":"s3","claimData":{"key":"/etc/passwd"}}')],
  ['that refers to our stores without a name', reference('{"driverName":"file"}')],
];

test('signals that nobody can read are counted as InvalidAnswer and do not stop the run', async () => {
  const run = await flinks.start('question', { mode: 'live' });
  await run.reaches('awaitingAnswers', 1);
  for (const [, payload] of unreadable) await run.signalRaw(payload);
  await run.until(({ rejectedAnswers }) => rejectedAnswers === unreadable.length);
  expect(await run.progress()).toMatchObject({ stage: 'awaitingAnswers', lastRejection: 'InvalidAnswer' });
  await run.answerRound(1);
  expect(await run.outcome()).toHaveProperty('completed');
});

test.each(unreadable)('an input %s ends the run as InvalidInput, and nothing is called', async (_, payload) => {
  const run = await flinks.startRaw(payload);
  expect(await run.outcome()).toMatchObject({ type: 'InvalidInput' });
  expect(run.counts()).toEqual({});
});

/** For each activity, so that a new one needs a line here: a scenario that calls it, and the endpoint that it asks. */
const asking: Record<keyof Activities, [scenario: string, endpoint: Endpoint]> = {
  authorize: ['plain', 'Authorize'],
  getAccountsSummary: ['plain', 'GetAccountsSummary'],
  getAccountsSummaryAsync: ['summary-pending-2-polls', 'GetAccountsSummaryAsync'],
  getAccountsDetail: ['plain', 'GetAccountsDetail'],
  getAccountsDetailAsync: ['pending-2-polls', 'GetAccountsDetailAsync'],
};

// A cached run opens its session by a short call, a live one by an ordinary one.
describe.each(['cached', 'live'] as const)('a %s run in which a reply of Flinks was spoilt in Temporal', (mode) => {
  test.each(Object.entries(asking))('ends as UnexpectedResponse: %s', async (activity, [scenario, endpoint]) => {
    spoilt.add(activity);
    const run = await flinks.start(scenario, { mode });
    expect(await run.outcome().finally(() => spoilt.clear())).toMatchObject({ type: 'UnexpectedResponse' });
    expect(run.counts()).toMatchObject({ [endpoint]: 1 });
  });
});
