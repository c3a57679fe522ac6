import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linesOf, longestLine } from '../../../../src/cli/batch/lines.js';
import { readLogins } from '../../../../src/cli/batch/logins.js';
import { openReport } from '../../../../src/cli/batch/report.js';

const login = '5c000001-0000-4000-8000-000000000001';
const other = '5c000001-0000-4000-8000-000000000002';

async function read(...chunks: (string | Buffer)[]) {
  const lines = [];
  for await (const line of linesOf(Readable.from(chunks))) lines.push(line);
  return lines;
}

test.each([
  [['a\nb\n'], ['a', 'b']],
  [['a\r\nb'], ['a', 'b']],
  [
    ['a\r', '\nb'],
    ['a', 'b'],
  ],
  [['a\rb\r'], ['a', 'b']],
  [['a\n\n\nb'], ['a', '', '', 'b']],
  [
    ['a', 'b', '\nc'],
    ['ab', 'c'],
  ],
  [[Buffer.from('É').subarray(0, 1), Buffer.from('É\n').subarray(1)], ['É']],
  [['{"tag":"a\u2028b"}'], ['{"tag":"a\u2028b"}']],
  [[], []],
  [[''], []],
])('%j has the lines %j', async (chunks, lines) => expect(await read(...chunks)).toEqual(lines));

/** A file in pieces: a login, a line of 600 MB that is never in memory as a whole, and another login. */
function* huge() {
  yield Buffer.from(`${login}\n`);
  const piece = Buffer.alloc(1024 * 1024, 'x');
  for (let sent = 0; sent < 600; sent += 1) yield piece;
  yield Buffer.from(`\n${other}\n`);
}

test('a line of 600 MB is a bad line, and the others are read', async () => {
  const found = [];
  for await (const one of readLogins(Readable.from(huge()), { defaults: {}, credentials: 'refused' })) found.push(one);
  expect(found).toEqual([
    { line: 1, input: { login: { loginId: login } } },
    { line: 2, problem: 'is longer than 1 MB' },
    { line: 3, input: { login: { loginId: other } } },
  ]);
});

test('a line in another encoding is a bad line', async () => {
  const found = [];
  const latin1 = Buffer.from('{"loginId":"x","tag":"Montréal"}\n', 'latin1');
  for await (const one of readLogins(Readable.from([latin1]), { defaults: {}, credentials: 'refused' }))
    found.push(one);
  expect(found).toEqual([{ line: 1, problem: 'is not UTF-8' }]);
});

test('a line just as long as it may be is read, one character more is not', async () => {
  const longest = 'x'.repeat(longestLine);
  expect(await read(longest, '\n', 'a')).toEqual([longest, 'a']);
  expect(await read(`${longest}x`, '\n', 'a')).toEqual([undefined, 'a']);
  expect(await read('a\n', longest, 'x')).toEqual(['a', undefined]);
});

test('a pipe in which nothing more comes is left when the signal is aborted', async () => {
  const pipe = new PassThrough();
  pipe.write(`${login}\n`);
  const stop = new AbortController();
  const lines = linesOf(pipe, stop.signal);
  expect(await lines.next()).toMatchObject({ value: login });
  const next = lines.next();
  stop.abort();
  expect(await next).toMatchObject({ done: true });
  const stopped = linesOf(Readable.from(['a\n']), AbortSignal.abort());
  expect(await stopped.next()).toMatchObject({ done: true });
});

test('an error of the file is not hidden', async () => {
  const broken = new Readable({ read: () => undefined });
  broken.destroy(new Error('EIO'));
  await expect(linesOf(broken).next()).rejects.toThrow('EIO');
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lines-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a file of one endless line is no report, and stays as it is', async () => {
  const path = join(folder, 'no-report');
  await writeFile(path, Buffer.alloc(2 * longestLine, 'x'));
  await expect(openReport(path)).rejects.toThrow('is not a report of a batch');
});
