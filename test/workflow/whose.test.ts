// Whose data a run may end with.
import { expect, test } from 'vitest';
import type { FaultRule } from '../../simulator/server.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();
const another = '99999999-9999-4999-8999-999999999999';
const others = { HttpStatusCode: 200, Accounts: [{ Id: another, Title: another }], RequestId: another };

const places: [string, string, Omit<FaultRule, 'fault'>][] = [
  ['Summary', 'plain', { endpoint: 'GetAccountsSummary' }],
  ['a poll of Summary', 'summary-pending-1-poll', { endpoint: 'GetAccountsSummaryAsync' }],
  ['Detail', 'plain', { endpoint: 'GetAccountsDetail' }],
  ['a poll of Detail', 'pending-1-poll', { endpoint: 'GetAccountsDetailAsync' }],
  ['an answer', 'question', { endpoint: 'Authorize', answer: true }],
];

test.each(places)('accounts of another session at %s end the run at once, and are nowhere shown', async (...place) => {
  const [, scenario, at] = place;
  flinks.simulator.inject({ ...at, fault: { kind: 'status', status: 200, body: others } });
  const run = await flinks.start(scenario);
  if (at.answer) await run.answerRound(1);
  const outcome = await run.outcome();
  expect(outcome).toMatchObject({ type: 'UnexpectedResponse', message: expect.stringContaining('another session') });
  expect(run.requests(at.endpoint).filter(({ fault }) => fault)).toHaveLength(1);
  const history = JSON.stringify(await run.handle.fetchHistory());
  expect(JSON.stringify([outcome, await run.progress()]) + history).not.toContain(another);
});

test.each(['cached', 'live'] as const)('a %s Authorize that opens another login ends the run', async (mode) => {
  const body = { HttpStatusCode: 200, Login: { Id: another } };
  flinks.simulator.inject({ endpoint: 'Authorize', fault: { kind: 'status', status: 200, body, processed: true } });
  const run = await flinks.start('plain', { mode });
  const outcome = await run.outcome();
  expect(outcome).toMatchObject({ type: 'UnexpectedResponse', message: expect.stringContaining('another login') });
  expect(JSON.stringify([outcome, await run.progress()])).not.toContain(another);
  expect(run.counts()).toEqual({ GenerateAuthorizeToken: 1, Authorize: 1 });
});

test('an answer that opens the session of another login ends the run', async () => {
  const body = { HttpStatusCode: 200, Login: { Id: another } };
  const fault = { kind: 'status', status: 200, body, processed: true } as const;
  flinks.simulator.inject({ endpoint: 'Authorize', answer: true, fault });
  const run = await flinks.start('question');
  await run.answerRound(1);
  expect(await run.outcome()).toMatchObject({ type: 'UnexpectedResponse' });
  expect(run.counts()).toEqual({ GenerateAuthorizeToken: 1, Authorize: 2 });
});

test.each(['GetAccountsSummary', 'GetAccountsDetail'] as const)(
  '%s with another login ends the run',
  async (endpoint) => {
    const body = { HttpStatusCode: 200, Accounts: [], Login: { Id: another } };
    flinks.simulator.inject({ endpoint, fault: { kind: 'status', status: 200, body } });
    const outcome = await (await flinks.start('plain')).outcome();
    expect(outcome).toMatchObject({ type: 'UnexpectedResponse' });
    expect(JSON.stringify(outcome)).not.toContain(another);
  },
);

test('who logs in by credentials gets the data of the LoginId that Flinks named, and of no other', async () => {
  const body = { Accounts: [], Login: { Id: another } };
  flinks.simulator.inject({ endpoint: 'GetAccountsDetail', fault: { kind: 'status', status: 200, body } });
  const login = { institution: 'FlinksCapital', username: 'plain', password: 'Everyday' };
  const run = await flinks.startWith({ login });
  expect(await run.outcome()).toMatchObject({ type: 'UnexpectedResponse' });
});
