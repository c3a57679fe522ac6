// What no honest bank or customer sends, and a run has to stand all the same.
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../simulator/endpoints.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();
const live = { mode: 'live' } as const;
const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

/** Characters of as many scripts as Unicode has room for in its lower planes: one from each block of 512. */
const scripts = Array.from({ length: 80 }, (_, block) => String.fromCodePoint(0x61 + block * 0x200).repeat(3));
const odd = [
  '\ud800',
  'b\udfff',
  '\udc00\ud800',
  '\u0000',
  '\u202eabc',
  'e\u0301',
  '\u00e9',
  '👩‍👩‍👧',
  '\ufeff?',
  '" \\ \u2028',
];
const machinery = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  '0',
  '{}',
  '[object Object]',
  '$&',
  '-0',
];
const prompts = [...new Set([...scripts, ...odd, ...machinery])];

describe('a customer is asked a hundred questions in one round, in every script', () => {
  test.each(['update', 'signal'] as const)('and each answer reaches its question to the letter, by %s', async (by) => {
    expect(prompts).toHaveLength(100);
    const SecurityChallenges = prompts.map((Prompt) => ({ Type: 'QuestionAndAnswer', Prompt }));
    const asked = { kind: 'status', status: 203, processed: true, body: { SecurityChallenges } } as const;
    flinks.simulator.inject({ endpoint: 'Authorize', live: true, fault: asked });
    const run = await flinks.start('plain', live);
    const { requestId: RequestId, challenges = [] } = await run.reaches('awaitingAnswers', 1);
    expect(challenges.map(({ prompt }) => prompt)).toEqual(prompts);

    const opened = { kind: 'status', status: 200, body: { HttpStatusCode: 200, RequestId } } as const;
    flinks.simulator.inject({ endpoint: 'Authorize', answer: true, fault: opened });
    const answers = Object.fromEntries(prompts.map((prompt) => [prompt, `${prompt} it is`]));
    await run[by]({ round: 1, answers });
    expect(await run.outcome()).toMatchObject({ completed: { challengeRounds: 1 } });

    const [, { body } = {}] = run.requests('Authorize');
    const { SecurityResponses } = body as { SecurityResponses: object };
    const expected = prompts.map((prompt) => [prompt, [`${prompt} it is`]] as const);
    expect(new Map(Object.entries(SecurityResponses))).toEqual(new Map(expected));
  });
});

test('answers of a megabyte are refused, and the right one still gets through', async () => {
  const megabyte = randomBytes(512 * 1024).toString('hex');
  const city = 'What city were you born in?';
  const run = await flinks.start('question', live);
  await run.reaches('awaitingAnswers', 1);
  expect(await run.update({ answers: { [city]: megabyte } })).toBe('AnswerTooLarge');
  expect(await run.update({ answers: { [megabyte]: 'Montreal' } })).toBe('UnknownPrompt');
  expect(await run.update({ answers: { [city]: Array.from({ length: 100_000 }, () => 'Montreal') } })).toBe(
    'InvalidAnswer',
  );
  await run.signal({ answers: { [city]: megabyte } });
  await run.until(({ rejectedAnswers }) => rejectedAnswers === 1);
  await run.answerRound(1);
  expect(await run.outcome()).toHaveProperty('completed');
  expect(run.requests('Authorize')).toHaveLength(2);
});

describe('JSON that is nested 100,000 deep', () => {
  const data = (json: string) => ({ encoding: 'json/plain', data: json });

  test.each([nested, `{"login":${nested}}`, `{"login":{"loginId":${nested}}}`])('is InvalidInput', async (json) => {
    const run = await flinks.startRaw(data(json));
    expect(await run.outcome()).toMatchObject({ type: 'InvalidInput' });
  });

  test('is an InvalidAnswer, and the run goes on', async () => {
    const run = await flinks.start('question', live);
    await run.reaches('awaitingAnswers', 1);
    for (const json of [nested, `{"answers":${nested}}`, `{"answers":{"a":${nested}}}`])
      await run.signalRaw(data(json));
    await run.until(({ rejectedAnswers }) => rejectedAnswers === 3);
    await run.answerRound(1);
    expect(await run.outcome()).toHaveProperty('completed');
  });

  test.each<[Endpoint, number, string]>([
    ['Authorize', 200, 'UnexpectedResponse'],
    ['Authorize', 401, 'FlinksConfiguration'],
    ['GetAccountsSummary', 200, 'UnexpectedResponse'],
    ['GetAccountsDetail', 200, 'UnexpectedResponse'],
  ])('is no crash from %s with %i: %s', async (endpoint, status, type) => {
    const html = `{"RequestId":"a","Login":{"Id":${nested}},"Accounts":[{"Id":${nested}}],"Message":${nested}}`;
    flinks.simulator.inject({ endpoint, times: 'always', fault: { kind: 'status', status, html } });
    const run = await flinks.start('plain', live);
    expect(await run.outcome().finally(() => flinks.simulator.reset())).toMatchObject({ type });
    expect(run.counts()).not.toHaveProperty('GetAccountsDetailAsync');
  });
});

test('accounts with keys of JavaScript’s own machinery come as they are, and numbers that no double holds keep their digits', async () => {
  const account =
    '{"__proto__":{"Top":1},"Transactions":[{"__proto__":{"Deep":2}}],"Id":"a","Balance":{"__proto__":{"Admin":true}},"Constructor":7,"Huge":1e999,"Small":-1e-999,"Long":12345678901234567890}';
  const html = `{"HttpStatusCode":200,"Accounts":[${account}],"__proto__":{"polluted":true}}`;
  flinks.simulator.inject({ endpoint: 'GetAccountsDetail', fault: { kind: 'status', status: 200, html } });
  const run = await flinks.start('plain', live);
  const outcome = await run.outcome();
  const [got = {}] = 'completed' in outcome ? outcome.completed.accounts : [];
  expect(Object.entries(got)).toEqual([
    ['__proto__', { top: 1 }],
    ['transactions', [JSON.parse('{"__proto__":{"deep":2}}')]],
    ['id', 'a'],
    ['balance', JSON.parse('{"__proto__":{"admin":true}}')],
    ['constructor', 7],
    ['huge', '1e999'],
    ['small', '-1e-999'],
    ['long', '12345678901234567890'],
  ]);
  expect({}).not.toHaveProperty('polluted');
});
