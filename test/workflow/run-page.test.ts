import { expect, test } from 'vitest';
import { loginIdFor } from '../../simulator/server.js';
import { AccountDetailsClient } from '../../src/client.js';
import { workflowEnvironment } from '../support/workflow-environment.js';
import type { Retrieval } from '../support/retrieval.js';

const flinks = workflowEnvironment();
const live = { mode: 'live' } as const;

/** What the run's page shows of it now. */
const pageOf = async ({ handle }: Pick<Retrieval, 'handle'>): Promise<string> =>
  (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;

test('the page of a run that waits for an answer shows the question as the bank put it, until when, and the command', async () => {
  const run = await flinks.start('several-prompts', live);
  const { deadline = '' } = await run.reaches('awaitingAnswers');
  const page = await pageOf(run);
  expect(page).toContain('### Waiting for the customer’s answer\n\nSince 20');
  expect(page).toContain('1. What city were you born in?\n1. Which of these accounts is yours? (choices: ');
  expect(page).toContain(`before ${deadline.slice(0, 10)} ${deadline.slice(11, 19)} UTC`);
  expect(page).toContain(`    npm run starter -- answer ${run.handle.workflowId}\n`);
});

test('the page stays small while a bank offers a thousand choices and answers are refused', async () => {
  const loginId = loginIdFor('plain', 900);
  const Iterables = Array.from({ length: 1_000 }, (_, index) => `${index} ${'Chequing '.repeat(44)}`);
  const SecurityChallenges = [{ Type: 'MultipleChoice', Prompt: 'Which account?', Iterables }];
  const body = { HttpStatusCode: 203, SecurityChallenges };
  flinks.simulator.inject({
    endpoint: 'Authorize',
    loginId,
    fault: { kind: 'status', status: 203, processed: true, body },
  });
  const run = await flinks.startWith({ login: { loginId }, ...live });
  const { challenges } = await run.reaches('awaitingAnswers');
  expect(challenges?.[0]?.choices).toHaveLength(1_000);
  for (let sent = 0; sent < 100; sent++) await run.signal({ answers: { 'Which account?': 'another' } });
  const { rejectedAnswers } = await run.until((progress) => progress.rejectedAnswers === 100);
  expect(rejectedAnswers).toBe(100);
  const page = await pageOf(run);
  expect(page).toContain('and 980 more');
  expect(page.length).toBeLessThan(10_000);
});

test('the page of a run that waits for Flinks shows polls, the next, the last, and how to give up', async () => {
  const run = await flinks.start('pending-for-ever');
  const { nextPollAt = '', deadline = '' } = await run.reaches('waitingForFlinks');
  const page = await pageOf(run);
  expect(page).toContain('### Waiting for Flinks');
  for (const at of [nextPollAt, deadline]) expect(page).toContain(`${at.slice(0, 10)} ${at.slice(11, 19)} UTC`);
  expect(page).toContain(`    npm run starter -- cancel ${run.handle.workflowId}\n`);
  expect(page).toContain('- Last FlinksCode: OPERATION\\_PENDING');
});

test('a refused answer is on the page, and never the answer itself', async () => {
  const run = await flinks.start('question', live);
  await run.reaches('awaitingAnswers');
  await run.signal({ answers: { 'What city?': 'Montreal' } });
  await run.until(({ rejectedAnswers }) => rejectedAnswers === 1);
  expect(await pageOf(run)).toContain('- Refused answers: 1, the last as UnknownPrompt');
  expect(await pageOf(run)).not.toContain('Montreal');
});

test('every timer, every call but those after a timer of their own, and the start have a summary, all of them encrypted', async () => {
  const client = new AccountDetailsClient(flinks.server.client);
  const { workflowId } = await client.start({
    login: { loginId: loginIdFor('both-pending', 901) },
    polling: { interval: '1 second', deadline: '1 minute' },
  });
  await client.result(workflowId);
  const { events = [] } = await flinks.server.client.workflow.getHandle(workflowId).fetchHistory();
  const described = (events ?? []).filter(
    ({ workflowExecutionStartedEventAttributes: start, timerStartedEventAttributes: timer, ...event }) =>
      start ?? timer ?? event.activityTaskScheduledEventAttributes,
  );
  const shortCalls = (events ?? []).filter(
    ({ markerRecordedEventAttributes: marker }) => marker?.markerName === 'core_local_activity',
  );
  const [open, list, ...polls] = shortCalls;
  expect(polls).toHaveLength(4);
  expect(described.length).toBeGreaterThanOrEqual(6);
  for (const { eventId = 0, userMetadata } of [...described, open ?? {}, list ?? {}])
    expect(String(userMetadata?.summary?.metadata?.['encoding']), `event ${String(eventId)}`).toBe('binary/encrypted');
});
