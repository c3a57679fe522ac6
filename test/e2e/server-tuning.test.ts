import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { devServer } from '../support/servers.js';

test.each([
  [true, 'keeps up with many runs on a file: SQLite writes ahead of it'],
  [false, 'can be had as it is by default, to compare with'],
])('the development server (tuned: %s) %s', async (tuned) => {
  const folder = await mkdtemp(join(tmpdir(), 'server-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const dbFilename = join(folder, 'runs.db');
  const server = await devServer({ dbFilename, tuned });
  try {
    expect({ file: existsSync(dbFilename), ahead: existsSync(`${dbFilename}-wal`) }).toEqual({
      file: true,
      ahead: tuned,
    });
  } finally {
    await server.stop();
  }
});
