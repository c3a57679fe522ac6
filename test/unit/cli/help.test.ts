import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
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
  expect(commands).toEqual(expect.arrayContaining(['start', 'answer', 'list', 'doctor', 'keys']));
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
