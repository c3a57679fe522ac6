import { describe, expect, test } from 'vitest';
import { searchAttributes } from '../../src/contract.js';
import { stagesOf, written } from '../support/written.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();
const live = { mode: 'live' } as const;

describe('an operator who lists runs finds each change of stage that lasts, and no more', () => {
  test.each<[string, string[], number]>([
    ['plain', ['authorizing', 'retrievingDetails', 'completed'], 0],
    [
      'question-then-pending',
      ['authorizing', 'awaitingAnswers', 'authorizing', 'retrievingDetails', 'waitingForFlinks', 'completed'],
      1,
    ],
    [
      'both-pending',
      ['authorizing', 'summarizing', 'waitingForFlinks', 'retrievingDetails', 'waitingForFlinks', 'completed'],
      0,
    ],
    ['disabled-login', ['authorizing', 'failed'], 0],
  ])('%s', async (scenario, stages, rounds) => {
    const run = await flinks.start(scenario, live);
    for (let round = 1; round <= rounds; round++) await run.answerRound(round);
    await run.outcome();
    expect(await stagesOf(run)).toEqual(stages);
  });

  test('a cached one, whose login and summary are over in a moment', async () => {
    const run = await flinks.start('plain');
    await run.outcome();
    expect(await stagesOf(run)).toEqual(['retrievingDetails', 'completed']);
  });

  test('one whose cached login, or summary, takes its time', async () => {
    const slow = { kind: 'slow-first-byte', delayMs: 2_500 } as const;
    flinks.simulator.inject({ endpoint: 'Authorize', fault: slow });
    const opened = await flinks.start('plain');
    await opened.outcome();
    expect(await stagesOf(opened)).toEqual(['authorizing', 'summarizing', 'retrievingDetails', 'completed']);
    flinks.simulator.inject({ endpoint: 'GetAccountsSummary', fault: slow });
    const listed = await flinks.start('plain');
    await listed.outcome();
    expect(await stagesOf(listed)).toEqual(['summarizing', 'retrievingDetails', 'completed']);
  });

  test('a cancelled one', async () => {
    const run = await flinks.start('question', live);
    await run.reaches('awaitingAnswers');
    await run.handle.cancel();
    await run.outcome();
    expect(await stagesOf(run)).toEqual(['authorizing', 'awaitingAnswers', 'cancelled']);
  });

  test('with institution, code and the time of the change in one write', async () => {
    const run = await flinks.start('pending-1-poll');
    await run.outcome();
    const attributes = await written(run);
    expect(attributes.at(-1)).toEqual({
      FlinksStage: 'completed',
      FlinksInstitution: 'FlinksCapital',
      FlinksCode: 'OPERATION_PENDING',
      FlinksStageSince: expect.any(String),
    });
    expect(Object.keys(attributes.at(-1) ?? {}).toSorted()).toEqual(Object.keys(searchAttributes).toSorted());
    const since = attributes.map(({ FlinksStageSince: at }) => Date.parse(String(at)));
    expect(since).toEqual(since.toSorted((a, b) => a - b));
  });
});
