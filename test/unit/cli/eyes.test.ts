// What a person sees at a terminal, on a run's page and in a log, if every text that is not ours is hostile.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AccountDetailsError, type AccountDetailsClient, type RunStatus } from '../../../src/client.js';
import { list, result, status, watch } from '../../../src/cli/commands.js';
import { report } from '../../../src/cli/terminal/output.js';
import { liveLine } from '../../../src/cli/terminal/live-line.js';
import { main } from '../../../src/starter.js';
import type { Progress } from '../../../src/contract.js';
import { createLogger } from '../../../src/logging.js';
import { currentDetails } from '../../../src/workflows/current-details.js';

const hostile = 'x\u001b[2J\u009b2J\u0007\u202e\u2066\u200b\u200d\u00ad\u2028\u2029\ufeff\u061c\r\u0000y';
/** Everything of it that must not be seen. Line ends of ours may. */
const harm = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const oddId = `run; rm ${hostile}`;

const progress: Progress = {
  stage: 'awaitingAnswers',
  institution: hostile,
  requestId: hostile,
  challenges: [{ prompt: hostile, type: 'MultipleChoice', choices: [hostile, hostile] }],
  round: 1,
  polls: 0,
  deadline: '2026-01-15T12:00:00.000Z',
  lastFlinksCode: hostile,
  rejectedAnswers: 0,
};
const open: RunStatus = { workflowId: oddId, runId: hostile, status: 'RUNNING', progress };
const account = { title: hostile, type: hostile, currency: hostile, lastFourDigits: hostile, balance: { current: 1 } };

/** A client of runs in which everything is hostile. */
const client = {
  status: async () => open,
  async *watch() {
    yield { ...open, status: 'COMPLETED' };
  },
  async *list() {
    const stage = hostile as 'failed';
    yield { ...open, stage, since: undefined, institution: hostile, lastFlinksCode: hostile };
  },
  result: async () => ({
    accounts: [account],
    freshness: { lastRefresh: hostile, cached: true, complete: true },
  }),
} as unknown as AccountDetailsClient;

let written = '';
const keep = (text: unknown): boolean => Boolean((written += String(text)));

beforeEach(() => {
  written = '';
  for (const name of ['stdout', 'stderr'] as const) vi.spyOn(process[name], 'write').mockImplementation(keep);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('at a terminal', () => {
  test.each<[string, () => unknown]>([
    ['status', () => status(client, oddId, {})],
    ['list', () => list(async () => client, { limit: 50 })],
    ['watch', () => watch(client, oddId, {})],
    ['result', () => result(client, oddId, {})],
    ['an error', () => report(new AccountDetailsError('ServerError', hostile), false)],
    ['a usage error', () => main([`--${hostile}`])],
    ['a line above the live one', () => liveLine(process.stderr).above(hostile)],
  ])('%s is shown without what rewrites, turns or hides', async (_what, show) => {
    await show();
    expect(written).toContain('x');
    expect(written).not.toMatch(harm);
  });

  test.each<[string, () => unknown, unknown]>([
    ['status', () => status(client, oddId, { json: true }), open],
    ['an error', () => report(new AccountDetailsError('ServerError', hostile), true), expect.anything()],
  ])('%s as JSON shows none of it, and holds all of it', async (_what, show, document) => {
    await show();
    expect(written).not.toMatch(harm);
    expect(JSON.parse(written)).toEqual(document);
    expect(JSON.stringify(JSON.parse(written))).toContain(JSON.stringify(hostile).slice(1, -1));
  });

  test('of an odd id there is no command to copy: it is quoted', async () => {
    await status(client, oddId, {});
    expect(written).not.toContain('npm run starter');
    expect(written).toMatch(/^"run; rm x\\u001b\[2J/);
    expect(written).toMatch(/Answer with: answer \(command of the starter\), with "run; rm x\\u001b/);
  });
});

describe('on a run’s page', () => {
  const pageOf = (stage: Progress['stage'], workflowId: string) =>
    currentDetails({ ...progress, stage, nextPollAt: '2026-01-15T12:00:00.000Z' }, new Date(0), workflowId, {
      type: hostile,
      message: hostile,
    });

  test.each<Progress['stage']>(['awaitingAnswers', 'waitingForFlinks', 'completed', 'failed'])(
    'nothing rewrites, turns or hides: %s',
    (stage) => {
      expect(pageOf(stage, oddId)).not.toMatch(harm);
      expect(pageOf(stage, oddId)).not.toContain('npm run starter');
    },
  );

  test('an ordinary id has its command, an odd one is quoted and is not read as Markdown', () => {
    expect(pageOf('completed', 'account-details-1')).toContain('\n    npm run starter -- result account-details-1');
    expect(pageOf('completed', 'a\n# b')).toContain('result \\(command of the starter\\), with "a\\\\n\\# b"');
  });
});

test('in a log line an id shows none of it, and holds all of it', () => {
  createLogger('info', { write: keep }).info('Something happened', { workflowId: hostile });
  expect(written).not.toMatch(harm);
  expect(JSON.parse(written)).toMatchObject({ workflowId: hostile });
});
