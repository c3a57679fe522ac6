// A reply of each call just below and just above what a run can carry, without a store. It is refused once, with its size, and
// Flinks is not asked for it again.
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../simulator/endpoints.js';
import type { Fault } from '../../simulator/faults.js';
import type { Json } from '../../simulator/fields.js';
import { loginIdFor } from '../../simulator/server.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();

const kilobyte = 1024;
const most = { session: 0.03 * 1024, challenges: 1024, summary: 0.25 * 1024, detail: 1.7 * 1024 };
/** What stands around the text in such a reply, in kilobytes. */
const around = 2;

const text = (kilobytes: number): string => randomBytes((kilobytes * kilobyte * 3) / 4).toString('base64');
const reply = (status: number, fields: Json): Fault => ({
  kind: 'status',
  status,
  processed: true,
  body: { HttpStatusCode: status, ...fields },
});
const session = (big: string) => reply(200, { Login: { Big: big } });
const challenges = (big: string) => reply(203, { SecurityChallenges: [{ Type: 'Text', Prompt: big }] });
const accounts = (big: string) => reply(200, { Accounts: [{ Id: 'a', Big: big }] });

interface Call {
  endpoint: Endpoint;
  scenario: string;
  input: { mode?: 'live' };
  /** Whether the large reply is that to an answer. */
  answer?: boolean;
  of: (big: string) => Fault;
  most: number;
}

const live = { mode: 'live' } as const;
const calls: Record<string, Call> = {
  'a cached session': {
    endpoint: 'Authorize',
    scenario: 'plain',
    input: {},
    of: session,
    most: most.session,
  },
  'a live session': { endpoint: 'Authorize', scenario: 'plain', input: live, of: session, most: most.session },
  'a session after an answer': {
    endpoint: 'Authorize',
    scenario: 'question',
    input: live,
    answer: true,
    of: session,
    most: most.session,
  },
  'questions, cached': {
    endpoint: 'Authorize',
    scenario: 'plain',
    input: {},
    of: challenges,
    most: most.challenges,
  },
  'questions, live': { endpoint: 'Authorize', scenario: 'plain', input: live, of: challenges, most: most.challenges },
  Summary: { endpoint: 'GetAccountsSummary', scenario: 'plain', input: {}, of: accounts, most: most.summary },
  'Summary, polled': {
    endpoint: 'GetAccountsSummaryAsync',
    scenario: 'summary-pending-1-poll',
    input: {},
    of: accounts,
    most: most.summary,
  },
  Detail: { endpoint: 'GetAccountsDetail', scenario: 'plain', input: {}, of: accounts, most: most.detail },
  'Detail, polled': {
    endpoint: 'GetAccountsDetailAsync',
    scenario: 'pending-1-poll',
    input: {},
    of: accounts,
    most: most.detail,
  },
};

let n = 500;

async function runWith({ endpoint, scenario, input, answer = false, of }: Call, kilobytes: number) {
  const loginId = loginIdFor(scenario, (n += 1));
  const only = endpoint === 'Authorize' && answer ? { answer } : {};
  flinks.simulator.inject({ endpoint, loginId, ...only, times: 'always', fault: of(text(kilobytes)) });
  const run = await flinks.startWith({ login: { loginId }, ...input });
  if (answer) {
    await run.reaches('awaitingAnswers', 1);
    await run.update({ answers: { 'What city were you born in?': 'Montreal' } });
  }
  return run;
}

describe.each(Object.entries(calls))('%s', (_, call) => {
  test('just below the limit reaches the run', async () => {
    const run = await runWith(call, call.most - around);
    const asks = call.of === challenges;
    const reached = await (asks ? run.reaches('awaitingAnswers', 1) : run.outcome());
    expect(reached).toHaveProperty(asks ? 'challenges' : 'completed');
  });

  test('just above it ends the run, and is not asked for again', async () => {
    const run = await runWith(call, call.most + around);
    expect(await run.outcome()).toMatchObject({ type: 'ResponseTooLarge' });
    expect(run.requests(call.endpoint).filter(({ answer = false }) => answer === (call.answer ?? false))).toHaveLength(
      1,
    );
  });
});

test('a run whose every reply is just below its limit completes: Temporal takes all of it together', async () => {
  const loginId = loginIdFor('plain', (n += 1));
  const large: [Endpoint, (big: string) => Fault, number][] = [
    ['Authorize', session, most.session],
    ['GetAccountsSummary', accounts, most.summary],
    ['GetAccountsDetail', accounts, most.detail],
  ];
  for (const [endpoint, of, kilobytes] of large)
    flinks.simulator.inject({ endpoint, loginId, fault: of(text(kilobytes - around)) });
  const run = await flinks.startWith({ login: { loginId } });
  expect(await run.outcome()).toHaveProperty('completed');
});
