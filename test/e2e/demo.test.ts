import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';

const run = promisify(execFile);

/** `npm run demo` in a process group of its own, as a terminal would start it. */
function demo(args: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const mark = `DEMO_TEST_RUN=${crypto.randomUUID()}`;
  const [name = '', value = ''] = mark.split('=');
  const child = spawn('npm', ['run', '--silent', 'demo', '--', ...args], {
    env: { ...process.env, ...env, [name]: value },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text));
  // As a shell counts: npm ends itself by the signal that ended what it ran.
  const exitCode = (code: number | null, signal: NodeJS.Signals | null) =>
    code ?? 128 + (signal ? constants.signals[signal] : 0);
  const ended = new Promise<number>((resolve) => child.once('close', (...end) => resolve(exitCode(...end))));
  return {
    written,
    ended,
    /** As Ctrl-C does: the signal goes to every process of the group. */
    interrupt: () => process.kill(-(child.pid ?? 0), 'SIGINT'),
    /** The command lines of all that the demo has started and that still runs, wherever it stands now. */
    async running(): Promise<string[]> {
      const { stdout } = await run('ps', ['axeww', '-o', 'command='], { maxBuffer: 64 * 1024 * 1024 });
      return stdout.split('\n').filter((line) => line.includes(mark));
    },
    async shows(text: string | RegExp): Promise<void> {
      const shown = () => (typeof text === 'string' ? written.stdout.includes(text) : text.test(written.stdout));
      while (!shown()) {
        const more = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)]);
        if (more === undefined && !shown())
          throw new Error(`Ended without ${text}: ${written.stdout}${written.stderr}`);
      }
    },
  };
}

const started: ReturnType<typeof demo>[] = [];
function startDemo(...args: Parameters<typeof demo>) {
  const one = demo(...args);
  started.push(one);
  return one;
}

afterEach(async () => {
  for (const one of started.splice(0)) {
    if ((await one.running()).length > 0) one.interrupt();
    await one.ended;
  }
});

test('the demo takes a LoginId through a question and a wait to its accounts, and leaves nothing running', async () => {
  const one = startDemo();
  await one.shows('awaitingAnswers');
  const parts = (await one.running()).join('\n');
  expect(parts).toContain('server start-dev');
  expect(parts).toContain('worker.ts');

  expect({ exitCode: await one.ended, stderr: one.written.stderr }).toEqual({ exitCode: 0, stderr: '' });
  const { stdout } = one.written;
  expect(stdout).toMatch(/The bank asks: What city were you born in\?; the demo answers: Montreal/);
  const order = ['awaitingAnswers', 'waitingForFlinks', 'completed'].map((s) => stdout.indexOf(s));
  expect(order).not.toContain(-1);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(stdout).toMatch(/Name +Type +Number +Balance +Currency +Transactions/);
  expect(stdout).toMatch(/Everyday Chequing +Chequing +\*{4}\d{4} +\d+\.\d\d +CAD +\d+/);
  expect(stdout).toMatch(
    /http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/account-details-[0-9a-f-]+\/[0-9a-f-]+/,
  );
  expect(await one.running()).toEqual([]);
});

test('Ctrl-C in the middle ends the demo and all it has started', async () => {
  const one = startDemo();
  await one.shows('waitingForFlinks');
  one.interrupt();
  expect(await one.ended).toBe(130);
  expect(one.written.stdout).not.toContain('completed');
  expect(await one.running()).toEqual([]);
});

test('a demo that cannot start says why', async () => {
  const one = startDemo([], { TEMPORAL_CLI_PATH: '/nowhere/temporal' });
  expect(await one.ended).toBe(1);
  expect(one.written.stderr).toMatch(/Temporal server could not be started.*TEMPORAL_CLI_PATH/);
  expect(await one.running()).toEqual([]);
});

test('an interactive demo wants a terminal', async () => {
  const one = startDemo(['--interactive']);
  expect(await one.ended).toBe(2);
  expect(one.written.stderr).toContain('terminal');
});
