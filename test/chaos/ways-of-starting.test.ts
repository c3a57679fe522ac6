// All ways of starting a run, at once and for one login, again and again.
import { afterAll, expect, test } from 'vitest';
import { requestsOf } from '../../simulator/record.js';
import { loginIdFor } from '../../simulator/server.js';
import { AccountDetailsError, type RetrieveAccountDetailsInput } from '../../src/client.js';
import { liveStack } from '../support/live-stack.js';
import { report } from '../support/promise.js';
import { until } from '../support/until.js';
import { waysOfStarting, type Begun, type Way } from '../support/ways-of-starting.js';
import { sizes } from './size.js';

const { server, simulator, client, temporal, work } = await liveStack();
const { beside, plain, replacing, stop } = await waysOfStarting(temporal, server.address);
afterAll(() => stop());

const loginId = loginIdFor('one-account');
const input: RetrieveAccountDetailsInput = { login: { loginId }, mode: 'live' };

const byClient: Way = async () => client.start(input);
const byStartId =
  (startId: string): Way =>
  async () =>
    client.start(input, { startId });

/** What was begun by a start, unless it was refused: the id of the login was taken. */
async function tried(way: Way): Promise<Begun[]> {
  try {
    const { workflowId, runId } = await way(input, loginId);
    return [{ workflowId, runId }];
  } catch (error) {
    if (error instanceof AccountDetailsError ? error.code === 'InputConflict' : /already started/i.test(String(error)))
      return [];
    throw error;
  }
}

/** How a run ended; `stuck` if it did not. */
const endOf = ({ workflowId, runId }: Begun): Promise<string> =>
  client.result(workflowId, { runId, signal: AbortSignal.timeout(120_000) }).then(
    () => 'completed',
    (error: unknown) =>
      error instanceof AccountDetailsError
        ? error.code === 'WaitAborted'
          ? 'stuck'
          : error.code
        : Promise.reject(error),
  );

const logins = () => requestsOf(simulator.requests, loginId).filter(({ live }) => live);

test(
  'no two logins at a time, and no more than runs were begun',
  { timeout: 60_000 + sizes.startRounds * 20_000 },
  async (context) => {
    await Promise.all([work(), work()]);
    simulator.inject({
      endpoint: 'Authorize',
      loginId,
      times: 'always',
      fault: { kind: 'slow-first-byte', delayMs: 150 },
    });
    const ends: Record<string, number> = {};
    const doubled: string[] = [];
    for (let round = 1; round <= sizes.startRounds; round++) {
      const before = logins().length;
      const ways = [byClient, byStartId(`${round}`), byStartId(`${round}`), plain, ...Object.values(beside)];
      const begun = await Promise.all([
        ...ways.map((way) => tried(way)),
        // In the midst of the others.
        until('one of them logs in', () => logins().length > before).then(() => tried(replacing)),
        tried(replacing),
      ]);
      const runs = [...new Map(begun.flat().map((one) => [one.runId, one])).values()];
      for (const end of await Promise.all(runs.map(endOf))) ends[end] = (ends[end] ?? 0) + 1;
      for (const { workflowId } of runs)
        await temporal.workflow
          .getHandle(workflowId)
          .terminate()
          .catch(() => undefined);
      const made = logins().length - before;
      if (made > runs.length) doubled.push(`round ${round}: ${made} logins of ${runs.length} runs`);
    }
    const overlapping = requestsOf(simulator.requests, loginId).filter(
      ({ endpoint, openAlongside }) => endpoint === 'Authorize' && openAlongside > 0,
    );
    doubled.push(...overlapping.map(({ at }) => `an Authorize at ${at} beside another`));
    report(context, {
      promise: 'all ways of starting one login, at once',
      cases: sizes.startRounds,
      kills: 0,
      lost: 0,
      doubled: doubled.length,
      stuck: ends['stuck'] ?? 0,
      note: JSON.stringify({ logins: logins().length, ...ends }),
    });
    expect(doubled).toEqual([]);
    expect(ends['stuck']).toBeUndefined();
    // A refusal says why, a replaced run was terminated, and a chain did not log in again.
    const known = ['completed', 'InvalidInput', 'Terminated', 'LoginOutcomeUnknown', 'Cancelled'];
    expect(Object.keys(ends).filter((end) => !known.includes(end))).toEqual([]);
  },
);
