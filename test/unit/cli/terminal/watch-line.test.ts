import { expect, test } from 'vitest';
import { timeLeft, watchLine } from '../../../../src/cli/terminal/watch-line.js';
import type { RunStatus } from '../../../../src/client.js';
import { stages, type Progress } from '../../../../src/contract.js';

const now = Date.parse('2026-01-15T12:00:00.000Z');
const run = { workflowId: 'account-details-1', runId: 'r', status: 'RUNNING' } as const satisfies RunStatus;
const progress: Progress = { stage: 'authorizing', round: 0, polls: 0, rejectedAnswers: 0 };

test('a run that waits for Flinks shows stage, polls, next poll, time left and the last code', () => {
  const waiting: Progress = {
    ...progress,
    stage: 'waitingForFlinks',
    polls: 2,
    nextPollAt: '2026-01-15T12:00:12.000Z',
    deadline: '2026-01-15T12:28:30.000Z',
    lastFlinksCode: 'OPERATION_PENDING',
  };
  expect(watchLine({ ...run, progress: waiting }, now)).toBe(
    'waitingForFlinks: 2 polls · next poll in 0:12 · 28:30 left · OPERATION_PENDING · Flinks is still working',
  );
});

test('a run that waits for an answer shows the round and the time left, and no question', () => {
  const challenges = [{ prompt: 'What city were you born in?', type: 'QuestionAndAnswer' }];
  const asking: Progress = {
    ...progress,
    stage: 'awaitingAnswers',
    round: 1,
    challenges,
    deadline: '2026-01-15T12:06:59.001Z',
  };
  expect(watchLine({ ...run, progress: asking }, now)).toBe(
    'awaitingAnswers: 7:00 left · round 1 · waiting for the answer to the bank’s question',
  );
});

test('one poll is not called polls', () => {
  expect(watchLine({ ...run, progress: { ...progress, polls: 1 } }, now)).toContain(': 1 poll · ');
  expect(watchLine({ ...run, progress: { ...progress, polls: 1 } }, now)).not.toContain('polls');
});

test.each(stages)('the stage %s is said in words, on one line', (stage) => {
  const line = watchLine({ ...run, progress: { ...progress, stage } }, now);
  expect(line).toMatch(new RegExp(`^${stage}: \\S[^\\n]+$`));
  expect(line).not.toContain('undefined');
});

const dueOnce = { nextPollAt: '2026-01-15T12:00:12.000Z', deadline: '2026-01-15T12:28:30.000Z' };

test.each([
  ['TERMINATED', 'waitingForFlinks', 'terminated: 2 polls · round 1 · it was in waitingForFlinks'],
  ['TIMED_OUT', 'awaitingAnswers', 'timed out: 2 polls · round 1 · it was in awaitingAnswers'],
  ['CANCELLED', 'authorizing', 'cancelled: 2 polls · round 1 · it was in authorizing'],
  ['FAILED', 'summarizing', 'failed: 2 polls · round 1 · it was in summarizing'],
  ['TERMINATED', 'completed', 'terminated: 2 polls · round 1 · it was in completed'],
] as const)('a run that is %s in %s is not shown as one that does something', (status, stage, line) => {
  const progressThen: Progress = { ...progress, stage, polls: 2, round: 1, ...dueOnce };
  expect(watchLine({ ...run, status, progress: progressThen }, now)).toBe(line);
});

test.each([
  ['COMPLETED', 'completed', 'completed: the accounts are there'],
  ['FAILED', 'failed', 'failed: the run ended without accounts'],
  ['CANCELLED', 'cancelled', 'cancelled: the run was cancelled'],
] as const)('a run that is %s and says so is shown in its own words', (status, stage, line) => {
  expect(watchLine({ ...run, status, progress: { ...progress, stage } }, now)).toBe(line);
});

test('without a worker the line says so', () => {
  expect(watchLine(run, now)).toBe('running (no worker answers)');
});

test.each([
  ['2026-01-15T12:00:00.000Z', '0:00'],
  ['2026-01-15T11:59:00.000Z', '0:00'],
  ['2026-01-15T12:00:00.001Z', '0:01'],
  ['2026-01-15T12:00:59.000Z', '0:59'],
  ['2026-01-15T12:01:00.000Z', '1:00'],
  ['2026-01-15T13:05:09.000Z', '1:05:09'],
])('until %s it is %s', (at, left) => {
  expect(timeLeft(at, now)).toBe(left);
});
