import { describe, expect, test } from 'vitest';
import { loginIdFor } from '../../simulator/server.js';
import { answerName } from '../../src/contract.js';
import type { Retrieval } from '../support/retrieval.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();
const live = { mode: 'live' } as const;

const city = 'What city were you born in?';
const kind = 'Which of these accounts is yours?';
const shape = 'What shape do people like most?';
const right = { [city]: 'Montreal', [kind]: 'Savings Élite', [shape]: 'Triangle' };

/** Payloads that the open round of `several-prompts` does not take. `DuplicateAnswer` and `NoChallengeOpen` need more. */
const refused: [type: string, payload: unknown][] = [
  ['RoundOver', { round: 2, answers: right }],
  ['WrongSession', { requestId: '00000000-0000-4000-8000-000000000009', answers: right }],
  ['UnknownPrompt', { answers: { ...right, 'What city were you born in? ': 'Montreal' } }],
  ['MissingPrompt', { answers: { [city]: 'Montreal', [kind]: 'Savings Élite' } }],
  ['InvalidChoice', { answers: { ...right, [kind]: 'Savings Elite' } }],
  ['InvalidChoice', { answers: { ...right, [kind]: ['Savings Élite', 'Chequing Basic'] } }],
  ['EmptyAnswer', { answers: { ...right, [city]: ' ' } }],
  ['EmptyAnswer', { answers: { ...right, [city]: [] } }],
  ['AnswerTooLarge', { answers: { ...right, [city]: 'M'.repeat(4_001) } }],
  ['InvalidAnswer', { answers: { ...right, [city]: 7 } }],
  ['InvalidAnswer', { answers: right, colour: 'red' }],
  ['InvalidAnswer', { Answers: right }],
  ['InvalidAnswer', { answers: right, answerId: 'a'.repeat(65) }],
  ['InvalidAnswer', 'Montreal'],
  ['InvalidAnswer', null],
];

/** After everything else was refused the right answers still get through, and they are all that Flinks saw. */
async function endsWell(run: Retrieval): Promise<void> {
  expect(run.counts()).toEqual({ GenerateAuthorizeToken: 1, Authorize: 1 });
  expect(await run.update({ round: 1, answers: right })).toEqual({ accepted: true, round: 1 });
  expect(await run.outcome()).toHaveProperty('completed');
  expect(run.counts()).toMatchObject({ GenerateAuthorizeToken: 1, Authorize: 2 });
}

test.each(refused)('an update with an unfit answer fails as %s and spends nothing (%#)', async (type, payload) => {
  const run = await flinks.start('several-prompts', live);
  await run.reaches('awaitingAnswers', 1);
  expect(await run.update(payload)).toBe(type);
  expect(await run.progress()).toMatchObject({ stage: 'awaitingAnswers', rejectedAnswers: 0 });
  await endsWell(run);
});

test('an update that is refused for its shape names the fields in its message and in its details', async () => {
  const run = await flinks.start('several-prompts', live);
  await run.reaches('awaitingAnswers', 1);
  const payload = { RequestID: 'r', round: '1', answers: right };
  const refused = await run.handle.executeUpdate(answerName, { args: [payload] }).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    cause: {
      type: 'InvalidAnswer',
      message: expect.stringContaining('RequestID is not a known field; did you mean requestId?'),
      details: [{ fields: ['round', 'RequestID'] }],
    },
  });
  await endsWell(run);
});

test('signals with unfit answers are counted by their type, and the run goes on', async () => {
  const run = await flinks.start('several-prompts', live);
  await run.reaches('awaitingAnswers', 1);
  for (const [index, [type, payload]] of refused.entries()) {
    await run.signal(payload);
    await run.until(({ rejectedAnswers }) => rejectedAnswers === index + 1);
    expect(await run.progress()).toMatchObject({ stage: 'awaitingAnswers', lastRejection: type });
  }
  await endsWell(run);
  expect(await run.progress()).toMatchObject({ rejectedAnswers: refused.length });
});

test('a run that is started without any input ends as InvalidInput', async () => {
  const run = await flinks.startWith(undefined);
  expect(await run.outcome()).toMatchObject({ type: 'InvalidInput' });
  expect(run.counts()).toEqual({});
});

test('null in an input and in an answer is absent', async () => {
  const run = await flinks.startWith({
    login: { loginId: loginIdFor('question', 700), institution: null, username: null, password: null },
    mode: 'live',
    onSessionLost: null,
    language: null,
    save: null,
    details: { withTransactions: null, daysOfTransactions: null, withKyc: null, accountsFilter: null },
    polling: { interval: null, deadline: null },
    answerWithin: null,
    maxChallengeRounds: null,
    tag: null,
  });
  await run.reaches('awaitingAnswers', 1);
  const answer = { round: null, requestId: null, answerId: null, answers: { [city]: 'Montreal' } };
  expect(await run.update(answer)).toEqual({ accepted: true, round: 1 });
  expect(await run.outcome()).toHaveProperty('completed');
  const [{ body: asked } = {}] = run.requests('Authorize');
  expect(JSON.stringify(asked)).not.toMatch(/null|undefined/);
  const [{ body } = {}] = run.requests('GetAccountsDetail');
  expect(body).toEqual({
    RequestId: expect.any(String),
    WithTransactions: true,
    DaysOfTransactions: 'Days90',
    WithAccountIdentity: true,
    WithKYC: true,
  });
});

describe.each([
  ['update', 'update'],
  ['signal', 'signal'],
  ['update', 'signal'],
  ['signal', 'update'],
] as const)('an answer sent twice with one answerId, by %s and then by %s', (first, second) => {
  test('counts once, and is not spent on the next round with the same question', async () => {
    const run = await flinks.start('same-question-twice', live);
    await run.reaches('awaitingAnswers', 1);
    const answer = { answerId: 'click-1', answers: { [city]: 'Montreal' } };
    await run[first](answer);
    await run.reaches('awaitingAnswers', 2);

    const again = await run[second](answer);
    expect(again).toEqual(second === 'update' ? { accepted: true, round: 1 } : undefined);
    expect(await run.reaches('awaitingAnswers', 2)).toMatchObject({ rejectedAnswers: 0 });
    expect(run.requests('Authorize')).toHaveLength(2);

    expect(await run.update({ ...answer, answerId: 'click-2', round: 2 })).toEqual({ accepted: true, round: 2 });
    expect(await run.outcome()).toMatchObject({ completed: { challengeRounds: 2 } });
    expect(run.requests('Authorize')).toHaveLength(3);
  });
});

describe('the same answers without a round', () => {
  test('are refused in the next round as DuplicateAnswer, by update and by signal', async () => {
    const run = await flinks.start('same-question-twice', live);
    const answers = { [city]: ['Montreal'] };
    await run.reaches('awaitingAnswers', 1);
    await run.signal({ answers });
    await run.reaches('awaitingAnswers', 2);

    expect(await run.update({ answers: { [city]: 'Montreal' } })).toBe('DuplicateAnswer');
    await run.signal({ answers });
    await run.until(({ rejectedAnswers }) => rejectedAnswers === 1);
    expect(await run.progress()).toMatchObject({ round: 2, lastRejection: 'DuplicateAnswer' });
    expect(run.requests('Authorize')).toHaveLength(2);

    await run.update({ round: 2, answers });
    expect(await run.outcome()).toMatchObject({ completed: { challengeRounds: 2 } });
    expect(run.requests('Authorize')).toHaveLength(3);
  });
});

test('an answer of the first round is over in the second', async () => {
  const run = await flinks.start('two-rounds', live);
  await run.answerRound(1);
  await run.reaches('awaitingAnswers', 2);
  expect(await run.update({ round: 1, answers: { [city]: 'Montreal' } })).toBe('RoundOver');
  expect(run.requests('Authorize')).toHaveLength(2);
});

describe('an answer that comes while no challenge is open is refused and never kept', () => {
  const early = { answers: { [city]: 'Montreal' } };
  const slow = { kind: 'slow-first-byte', delayMs: 1_500 } as const;

  test('before the first question', async () => {
    flinks.simulator.inject({ endpoint: 'Authorize', answer: false, fault: slow });
    const run = await flinks.start('question', live);
    await run.openRequest('Authorize');
    expect(await run.update(early)).toBe('NoChallengeOpen');
    await run.signal(early);
    expect(await run.reaches('awaitingAnswers', 1)).toMatchObject({
      rejectedAnswers: 1,
      lastRejection: 'NoChallengeOpen',
    });
    expect(run.requests('Authorize')).toHaveLength(1);
  });

  test('while Flinks looks at the answer before', async () => {
    flinks.simulator.inject({ endpoint: 'Authorize', answer: true, fault: slow });
    const run = await flinks.start('same-question-twice', live);
    await run.answerRound(1);
    await run.openRequest('Authorize');
    expect(await run.update({ ...early, round: 2 })).toBe('NoChallengeOpen');
    await run.signal({ ...early, round: 2 });
    expect(await run.reaches('awaitingAnswers', 2)).toMatchObject({ lastRejection: 'NoChallengeOpen' });
    expect(run.requests('Authorize')).toHaveLength(2);
  });

  test('after the last round', async () => {
    const run = await flinks.start('question-then-pending', live);
    await run.answerRound(1);
    await run.reaches('waitingForFlinks');
    expect(await run.update(early)).toBe('NoChallengeOpen');
    await run.signal({ ...early, answerId: 'late' });
    await run.until(({ rejectedAnswers }) => rejectedAnswers === 1);
    expect(await run.update({ ...early, answerId: 'late' })).toBe('NoChallengeOpen');
    expect(await run.outcome()).toMatchObject({ completed: { challengeRounds: 1 } });
    expect(run.requests('Authorize')).toHaveLength(2);
  });
});
