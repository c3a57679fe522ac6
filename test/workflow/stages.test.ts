import { describe, expect, test } from 'vitest';
import { searchAttributes } from '../../src/contract.js';
import { stagesOf, written } from '../support/written.js';
import { workflowEnvironment } from '../support/workflow-environment.js';

const flinks = workflowEnvironment();
const live = { mode: 'live' } as const;

describe('an operator who lists runs finds each change of stage, and no more', () => {
  test.each<[string, string[], number]>([
    ['plain', ['authorizing', 'summarizing', 'retrievingDetails', 'completed'], 0],
    [
      'question-then-pending',
      [
        'authorizing',
        'awaitingAnswers',
        'authorizing',
        'summarizing',
        'retrievingDetails',
        'waitingForFlinks',
        'completed',
      ],
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
