import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startForked } from '../forked.js';
import { installedFor, NotInstalled } from '../installed.js';
import { cpuOf, cpuWithChildrenOf } from '../processes.js';
import { startChild } from '../../dev/child.js';
import { until } from '../../test/support/until.js';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'contenders-'))));
afterAll(() => rm(folder, { recursive: true }));

async function program(text: string): Promise<string> {
  const path = join(folder, `${text.length}.mjs`);
  await writeFile(path, text);
  return path;
}

const flow = (loginId: string) => ({ loginId, live: false, interval: '2 seconds' });

test('a forked contender is told a flow with its interval in milliseconds, and each flow ends with its own reply', async () => {
  const worker = await startForked(
    await program(`
      process.on('message', ({ loginId, interval }) =>
        process.send(loginId === 'bad' ? { loginId, error: 'It failed after ' + interval } : { loginId }));
      process.send('ready');`),
    {},
  );
  const ends = await Promise.allSettled([worker.run(flow('bad')), worker.run(flow('good'))]);
  await worker.stop();
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(ends[0]).toMatchObject({ reason: { message: 'It failed after 2000' } });
});

test('a flow fails at once when the contender that runs it dies, and so does a contender that dies before it is ready', async () => {
  const worker = await startForked(
    await program(`process.on('message', () => process.exit(1)); process.send('ready');`),
    {},
  );
  await expect(worker.run(flow('one'))).rejects.toThrow('has ended');
  await expect(startForked(await program('process.exit(1);'), {})).rejects.toThrow('has ended');
});

test('a contender whose packages are not here is told apart, with the command that installs them', () => {
  const missing = () => installedFor('dbos', 'no-such-package');
  expect(missing).toThrow(NotInstalled);
  expect(missing).toThrow('npm run contenders --prefix bench');
});

// Where the kernel has no list of children, nothing can be measured either.
test.skipIf(process.platform !== 'linux')('the CPU of a database is that of its children, ended or not', async () => {
  const busy = 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done';
  let ended = false;
  const log = (line: string): void => void (ended ||= line === 'ended');
  const parent = await startChild('sh', ['-c', `(${busy}); echo ended; (${busy}; sleep 60) & wait`], { log });
  try {
    await until('the first child has ended', () => ended);
    const atFirst = cpuWithChildrenOf(parent.pid);
    expect(atFirst).toBeGreaterThan(cpuOf(parent.pid) + 20);
    await until('the second child has worked', () => cpuWithChildrenOf(parent.pid) > atFirst + 20);
  } finally {
    parent.kill();
    await parent.ended;
  }
});
