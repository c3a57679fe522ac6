import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { main } from '../../../src/starter.js';

/** What a command writes to stdout, and its exit code. */
async function run(...args: string[]) {
  let stdout = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  try {
    return { exit: await main(args), stdout };
  } finally {
    write.mockRestore();
  }
}

test('--version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(await run('--version')).toEqual({ exit: 0, stdout: `${version}\n` });
});

test('the help of every command ends with examples that this command line takes', async () => {
  const { stdout } = await run('--help');
  expect(stdout).toContain('Exit codes: 0 done');
  const commands = [...stdout.matchAll(/^ {2}([a-z]+) .*/gm)].map(([, name]) => name ?? '');
  expect(commands).toEqual(expect.arrayContaining(['start', 'answer', 'list', 'doctor', 'keys', 'completion']));
  const leaves = commands.filter((name) => name !== 'keys' && name !== 'help').map((name) => [name]);
  for (const path of [...leaves, ['keys', 'new'], ['keys', 'list']]) {
    const { exit, stdout: help } = await run(...path, '--help');
    expect(exit).toBe(0);
    const examples = [...help.matchAll(/^ {2}\$ npm run starter -- (.*)$/gm)].map(([, example]) => example ?? '');
    expect({ path, none: examples.length === 0 }).toEqual({ path, none: false });
    for (const example of examples) {
      expect(example.split(' ').slice(0, path.length)).toEqual(path);
      for (const [flag] of example.matchAll(/--[a-z-]+/g))
        expect({ path, help }).toMatchObject({ help: expect.stringContaining(flag) });
    }
  }
});

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

describe('completion', () => {
  const scripts: Record<string, string> = {};
  beforeAll(async () => {
    for (const shell of ['bash', 'zsh', 'fish']) scripts[shell] = (await run('completion', shell)).stdout;
  });

  const cases: [typed: string[], completed: string[]][] = [
    [['s'], ['start', 'status']],
    [['start', '--mo'], ['--mode']],
    [
      ['start', '--mode', ''],
      ['cached', 'live'],
    ],
    [['start', '--wait', '--rat'], ['--rate']],
    [['keys', 'n'], ['new']],
    [['list', '--stage', 'awa'], ['awaitingAnswers']],
    [['completion', 'b'], ['bash']],
  ];

  test.skipIf(!has('bash'))('of bash knows commands, options and their values', () => {
    for (const [typed, completed] of cases) {
      const words = ['starter', ...typed].map((word) => `'${word}'`).join(' ');
      const script = `${scripts['bash']}COMP_WORDS=(${words}); COMP_CWORD=${typed.length}; _starter; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const got = execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' }).trim().split('\n');
      expect({ typed, got }).toEqual({ typed, got: completed });
    }
  });

  test.skipIf(!has('fish'))('of fish knows commands, options and their values', () => {
    for (const [typed, completed] of cases) {
      const script = `${scripts['fish']}complete -C 'starter ${typed.join(' ')}'`;
      const lines = execFileSync('fish', ['--no-config', '-c', script], { encoding: 'utf8' }).trim().split('\n');
      expect({ typed, got: lines.map((line) => line.split('\t')[0]) }).toEqual({ typed, got: completed });
    }
  });

  test.skipIf(!has('zsh'))('of zsh is a script that zsh takes, and that completes as that of bash does', () => {
    for (const [typed, completed] of cases) {
      const words = ['starter', ...typed].map((word) => `'${word}'`).join(' ');
      const ask = `() { emulate -L sh; setopt kshglob noshglob braceexpand; local COMP_WORDS=(${words}) COMP_CWORD=${typed.length}; _starter; printf '%s\\n' "\${COMPREPLY[@]}"; }`;
      const got = execFileSync('zsh', ['-f', '-c', `${scripts['zsh']}${ask}`], { encoding: 'utf8' })
        .split('\n')
        .map((word) => word.trim());
      // What begins otherwise than what was typed is left out by zsh itself.
      expect({ typed, got: got.filter((word) => word !== '' && word.startsWith(typed.at(-1) ?? '')) }).toEqual({
        typed,
        got: completed,
      });
    }
  });

  test('of another shell is refused by name of those there are', async () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    expect((await run('completion', 'tcsh')).exit).toBe(2);
    expect(stderr.mock.calls.join('')).toContain('bash, zsh, fish');
    stderr.mockRestore();
  });
});
