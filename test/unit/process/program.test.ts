import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ConfigurationError } from '../../../src/config/environment.js';
import { ServerUnreachableError } from '../../../src/contract/errors.js';
import { exitCodeOf } from '../../../src/process/program.js';

const secret = 'Fictitious-Secret-4711';

/** A whole program in a process of its own, with these variables and no others of ours. */
const run = (program: string, env: Record<string, string>, ...args: string[]) =>
  new Promise<{ exit: number | null; stderr: string }>((done) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', program, ...args],
      { env: { PATH: process.env['PATH'], ...env } },
      (_error, _stdout, stderr) => done({ exit: child.exitCode, stderr }),
    );
  });

const programs: [name: string, program: string, args: string[]][] = [
  ['worker', 'src/worker.ts', []],
  ['codec server', 'src/codec-server/main.ts', []],
  ['replay', 'src/replay.ts', ['no-such-history.json']],
  ['command line', 'src/starter.ts', ['list']],
];

test.each(programs)(
  'a %s with bad variables ends with exit code 2 and one line that names each, without a value or a stack',
  async (_name, program, args) => {
    const { exit, stderr } = await run(program, { PAYLOAD_KEYS: secret, PAYLOAD_STORAGE: secret }, ...args);
    expect({ exit, lines: stderr.trimEnd().split('\n').length }).toEqual({ exit: 2, lines: 1 });
    expect(stderr).toMatch(/^Configuration error: .*PAYLOAD_KEYS must be .*PAYLOAD_STORAGE must be /);
    expect(stderr).not.toContain(secret);
  },
);

test.each<[number, string, Error]>([
  [2, 'Configuration error: X is missing.', new ConfigurationError([{ variable: 'X', problem: 'is missing' }])],
  [5, 'No Temporal server answers at nowhere:1.', new ServerUnreachableError('nowhere:1')],
])('an error that people can act on ends a program with exit code %i and its message', async (exit, message, error) => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => write.mockRestore());
  expect(await exitCodeOf('worker', async () => Promise.reject(error))).toBe(exit);
  expect(write).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(message));
});

test.each([
  ['is thrown by the program', 'throw error;'],
  ['is thrown where nobody can catch it', 'setTimeout(() => { throw error; }); return new Promise(() => undefined);'],
])('an error that %s ends it with exit code 1 and one log line without what the error holds', async (_how, how) => {
  const folder = await mkdtemp(join(tmpdir(), 'program-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = join(folder, 'planted.ts');
  await writeFile(
    program,
    `import { runProgram } from ${JSON.stringify(resolve('src/process/program.ts'))};
    const error = Object.assign(new TypeError('${secret}'), { config: { password: '${secret}' } });
    void runProgram(import.meta.url, 'planted program', async () => { ${how} });`,
  );
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  const { exit, stderr } = await run(program, {});
  expect({ exit, lines: stderr.trimEnd().split('\n').length }).toEqual({ exit: 1, lines: 1 });
  expect(JSON.parse(stderr)).toMatchObject({ msg: 'The planted program failed.', error: { type: 'TypeError' } });
  expect(stderr).not.toContain(secret);
});
