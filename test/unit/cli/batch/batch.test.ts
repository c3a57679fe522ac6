import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { batchStartId, batchWorkflowId, readLogins, type ReadOptions } from '../../../../src/cli/batch/logins.js';
import { isSettled, openReport } from '../../../../src/cli/batch/report.js';
import { createTally, outcomesTable } from '../../../../src/cli/batch/tally.js';
import { main } from '../../../../src/starter.js';

const one = '5c000001-0000-4000-8000-000000000001';
const two = '5c000001-0000-4000-8000-000000000002';
const password = 'Fictitious-Pass-7391';
const credentials = JSON.stringify({ login: { institution: 'FlinksCapital', username: 'jane', password } });

async function read(text: string, options: Partial<ReadOptions> = {}) {
  const found = [];
  for await (const login of readLogins(Readable.from([text]), { defaults: {}, credentials: 'refused', ...options }))
    found.push(login);
  return found;
}

describe('the lines of a batch', () => {
  test('are bare LoginIds, LoginIds with fields beside them, or whole inputs; empty ones do not count as logins', async () => {
    const lines = [
      `\ufeff${one}`,
      '',
      `{"loginId":"${two}","mode":"live"}\r`,
      `{"login":{"loginId":"${one.replace(/1$/, '3')}"},"save":false}`,
    ];
    expect(await read(lines.join('\n'))).toEqual([
      { line: 1, input: { login: { loginId: one } } },
      { line: 3, input: { login: { loginId: two }, mode: 'live' } },
      { line: 4, input: { login: { loginId: one.replace(/1$/, '3') }, save: false } },
    ]);
  });

  test('take what the options say, where they do not say otherwise themselves', async () => {
    const defaults = { mode: 'live', save: false };
    expect(await read(`${one}\n{"loginId":"${two}","mode":"cached"}`, { defaults })).toEqual([
      { line: 1, input: { mode: 'live', save: false, login: { loginId: one } } },
      { line: 2, input: { mode: 'cached', save: false, login: { loginId: two } } },
    ]);
  });

  test('that do not fit are named by number and field, show no value, and stop none of the others', async () => {
    const lines = [
      '4929-secret',
      '[]',
      '{"loginId":"secret"}',
      `{"loginId":"${two}","mode":"secret"}`,
      one,
      one.toUpperCase(),
    ];
    const found = await read(lines.join('\n'));
    expect(found).toEqual([
      { line: 1, problem: 'is neither a LoginId nor JSON' },
      { line: 2, problem: 'is neither a LoginId nor a JSON object' },
      { line: 3, problem: expect.stringContaining('login.loginId'), fields: ['login.loginId'] },
      { line: 4, problem: expect.stringContaining('mode must be cached or live'), fields: ['mode'] },
      { line: 5, input: { login: { loginId: one } } },
      { line: 6, problem: 'has the login of an earlier line' },
    ]);
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  test('may have null for what they leave out: then the options of the command hold', async () => {
    const none = '"institution":null,"username":null,"password":null';
    const lines = [`{"loginId":"${one}","login":null,"mode":null}`, `{"login":{"loginId":"${two}",${none}}}`];
    const found = await read(lines.join('\n'), { defaults: { mode: 'live' } });
    expect(found).toEqual([
      { line: 1, input: { mode: 'live', login: { loginId: one } } },
      { line: 2, input: { mode: 'live', login: expect.objectContaining({ loginId: two }) } },
    ]);
    const written = JSON.parse(`{"login":{"loginId":null,"institution":"A","username":"jane","password":"x"}}`);
    expect(batchWorkflowId('a', written)).toBe(
      batchWorkflowId('a', { login: { institution: 'A', username: 'jane', password: 'y' } }),
    );
  });

  test('with credentials are refused from a file, and taken from stdin', async () => {
    const [refused] = await read(credentials);
    expect(refused).toEqual({ line: 1, problem: expect.stringContaining('--from-file -'), fields: ['login'] });
    expect(await read(credentials, { credentials: 'allowed' })).toEqual([{ line: 1, input: JSON.parse(credentials) }]);
  });
});

test('the same batch names and starts a login in the same way each time, another batch in another', () => {
  const input = JSON.parse(credentials) as Parameters<typeof batchWorkflowId>[1];
  const ids = ['a', 'a', 'b'].map((batch) => batchWorkflowId(batch, input));
  expect(ids[0]).toBe(ids[1]);
  expect(ids[2]).not.toBe(ids[0]);
  expect(ids[0]).not.toMatch(/jane|FlinksCapital/i);
  expect(batchWorkflowId('a', { login: { loginId: one.toUpperCase() } })).toBe(`account-details-${one}`);
  expect(batchStartId('a', 'w')).not.toBe(batchStartId('b', 'w'));
});

describe('the report of a batch', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-'));
    path = join(folder, 'report.ndjson');
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('remembers the batch and the last outcome of each login, and is nobody else’s to read', async () => {
    const first = await openReport(path);
    await first.write({ line: 1, workflowId: 'w1', runId: 'r1', outcome: 'AnswerNeeded' });
    await first.write({ line: 1, workflowId: 'w1', runId: 'r1', outcome: 'completed' });
    await first.close();
    const again = await openReport(path);
    expect(again.batch).toBe(first.batch);
    expect(['w1', 'w2'].map((id) => again.outcomeOf(id))).toEqual(['completed', undefined]);
    await again.close();
    expect((await stat(path)).mode & 0o077).toBe(0);
  });

  test('goes on in a line of its own after a batch that was killed in the middle of one', async () => {
    const killed = await openReport(path);
    await killed.write({ line: 1, workflowId: 'w1', outcome: 'completed' });
    await killed.close();
    await writeFile(path, '{"line":2,"workflowId":"w2","outc', { flag: 'a' });
    const again = await openReport(path);
    expect(again.outcomeOf('w2')).toBeUndefined();
    await again.write({ line: 2, workflowId: 'w2', outcome: 'completed' });
    await again.close();
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toHaveLength(3);
  });

  test.each(['no report at all', `${one}\n${two}\n`, '{"workflowId":"w1","outcome":"completed"}\n'])(
    'is refused where the file is something else, which stays as it is: %j',
    async (text) => {
      await writeFile(path, text);
      await expect(openReport(path)).rejects.toMatchObject({
        code: 'Usage',
        message: expect.stringContaining('--report'),
      });
      expect(await readFile(path, 'utf8')).toBe(text);
    },
  );

  test('settles a login once its run has ended; where nobody waits, once it was started', () => {
    expect(
      ['completed', 'LoginRefused', 'Cancelled'].map((outcome) => isSettled(outcome as 'completed', true)),
    ).toEqual([true, true, true]);
    expect((['started', 'AnswerNeeded', 'InputConflict'] as const).map((outcome) => isSettled(outcome, true))).toEqual([
      false,
      false,
      false,
    ]);
    expect((['started', 'joined', 'InputConflict'] as const).map((outcome) => isSettled(outcome, false))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

test('the progress of a batch tells rate and time left of late, what failed and who needs an answer', () => {
  const tally = createTally(1_200, 0);
  for (let n = 0; n < 100; n++) tally.count('completed', true);
  expect(tally.line(1_000)).toBe('100 of 1,200 · 0.0/s · 0 open');
  for (let n = 0; n < 97; n++) tally.count('completed');
  tally.count('LoginRefused');
  tally.count('AnswerNeeded');
  tally.badLine();
  tally.opened(1);
  expect(tally.line(10_000)).toBe(
    '200 of 1,200 · 9.9/s · 1:42 left · 1 open · 1 failed · 1 needs an answer · 1 bad line',
  );
  // Half a minute without an outcome: what was fast before says nothing any more.
  expect(tally.line(41_000)).toContain('0.0/s');
  expect(outcomesTable(tally, { columns: undefined, colours: false })).toBe(
    'Outcome       Logins\ncompleted        197\nLoginRefused       1\nAnswerNeeded       1\nbad lines          1\n',
  );
});

describe('before any server is asked', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batch-'));
    file = join(folder, 'logins.ndjson');
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  /** Runs the command line here, with what it writes. */
  async function start(...options: string[]) {
    const written = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      vi.spyOn(process[name], 'write').mockImplementation((text) => {
        written[name] += String(text);
        return true;
      });
    const exit = await main(['start', ...options]);
    vi.restoreAllMocks();
    return { exit, ...written };
  }

  test('a file can be checked, and every line that does not fit is named', async () => {
    await writeFile(file, `${one}\n{"loginId":"secret"}\n`);
    const bad = await start('--from-file', file, '--check');
    expect(bad).toMatchObject({ exit: 2, stdout: '1 logins, 1 bad lines\n' });
    expect(bad.stderr).toBe('line 2: login.loginId must be a GUID.\n');
    await writeFile(file, `${one}\n`);
    expect(await start('--from-file', file, '--check', '--json')).toEqual({
      exit: 0,
      stdout: '{"summary":{"logins":1,"badLines":0}}\n',
      stderr: '',
    });
  });

  test.each([
    [
      'a file that is not there',
      () => ['--from-file', join(folder, 'nowhere')],
      'The file of --from-file cannot be read.',
    ],
    ['a folder', () => ['--from-file', folder], 'The file of --from-file cannot be read.'],
    ['stdin without a report', () => ['--from-file', '-'], 'needs --report'],
    ['a login beside the file', () => ['--from-file', file, '--login-id', one], 'cannot be used with'],
    ['an option of batches without a file', () => ['--login-id', one, '--check'], '--check needs --from-file'],
    ['no rate at all', () => ['--from-file', file, '--rate', '0'], 'It must be a number above 0'],
    ['too many at once', () => ['--from-file', file, '--concurrency', '1001'], 'from 1 to 1000'],
  ])('%s is a usage error', async (_what, options, message) => {
    await writeFile(file, `${one}\n`);
    const ran = await start(...options(), '--json');
    expect(ran.exit).toBe(2);
    expect(JSON.parse(ran.stdout)).toEqual({ error: { code: 'Usage', message: expect.stringContaining(message) } });
  });
});
