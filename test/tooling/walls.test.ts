import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = process.cwd();
let house: string;

// Each planted file breaks one wall. They are linted in a copy of the tree, all in one run.
const planted: [file: string, code: string, rule: string][] = [
  ['src/workflows/planted-axios.ts', `import axios from 'axios';\nexport const get = axios;`, 'no-restricted-imports'],
  [
    'src/workflows/planted-node.ts',
    `import { hostname } from 'node:os';\nexport const name = hostname;`,
    'no-restricted-imports',
  ],
  [
    'src/workflows/planted-fs.ts',
    `import { readFileSync } from 'fs';\nexport const read = readFileSync;`,
    'no-restricted-imports',
  ],
  [
    'src/workflows/planted-zod.ts',
    `import { z } from 'zod';\nexport const text = z.string();`,
    'no-restricted-imports',
  ],
  [
    'src/workflows/planted-worker.ts',
    `import { Worker } from '@temporalio/worker';\nexport const create = Worker;`,
    'no-restricted-imports',
  ],
  [
    'src/workflows/planted-activity.ts',
    `import { createActivities } from '../activities/index.js';\nexport const create = createActivities;`,
    'no-restricted-imports',
  ],
  [
    'src/workflows/planted-flinks.ts',
    `import { classify } from '../flinks/errors.js';\nexport const meaning = classify;`,
    'no-restricted-imports',
  ],
  [
    'src/contract/planted.ts',
    `import { startSimulator } from '../../simulator/server.js';\nexport const start = startSimulator;`,
    'no-restricted-imports',
  ],
  [
    'src/cli/planted-test.ts',
    `import { devServer } from '../../test/support/servers.js';\nexport const start = devServer;`,
    'no-restricted-imports',
  ],
  [
    'src/flinks/planted-temporal.ts',
    `import { sleep } from '@temporalio/workflow';\nexport const wait = sleep;`,
    'no-restricted-imports',
  ],
  [
    'src/flinks/planted-back.ts',
    `import { createActivities } from '../activities/index.js';\nexport const create = createActivities;`,
    'no-restricted-imports',
  ],
  ...['src/cli', 'src/client', 'src/contract', 'src/activities', 'src/workflows', 'src/temporal'].map(
    (room): [string, string, string] => [
      `${room}/planted-sdk-inside.ts`,
      `import { tsToMs } from '@temporalio/common/lib/time.js';\nexport const read = tsToMs;`,
      'no-restricted-imports',
    ],
  ),
  [
    'src/sdk-internals/planted-up.ts',
    `import { taskQueue } from '../contract.js';\nexport const name = taskQueue;`,
    'no-restricted-imports',
  ],
  [
    'src/sdk-internals/planted-worker.ts',
    `import { LogTimestamp } from '@temporalio/worker';\nexport const symbol = LogTimestamp;`,
    'no-restricted-imports',
  ],
  ['src/activities/planted-axios.ts', `import axios from 'axios';\nexport const get = axios;`, 'no-restricted-imports'],
  [
    'src/client/planted.ts',
    `import { Worker } from '@temporalio/worker';\nexport const create = Worker;`,
    'no-restricted-imports',
  ],
  [
    'simulator/planted.ts',
    `import { classify } from '../src/flinks/errors.js';\nexport const meaning = classify;`,
    'no-restricted-imports',
  ],
  [
    'src/workflows/planted-unawaited.ts',
    `import { sleep } from '@temporalio/workflow';\nexport function forget(): void {\n  sleep('1 second');\n}`,
    'no-floating-promises',
  ],
  [
    'src/workflows/planted-unawaited-activity.ts',
    `import { catchUp } from './calls.js';\nimport type { Run } from './context.js';\nexport function forget(run: Run): void {\n  catchUp(run);\n}`,
    'no-floating-promises',
  ],
  ['src/cli/planted-console.ts', `console.log('a secret');\nexport {};`, 'no-console'],
];

beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), 'walls-'));
  for (const part of ['src', 'simulator', 'test/support', '.oxlintrc.json', 'tsconfig.json', 'package.json'])
    await cp(join(root, part), join(house, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(house, 'node_modules'));
  for (const [file, code] of planted) {
    await mkdir(dirname(join(house, file)), { recursive: true });
    await writeFile(join(house, file), `${code}\n`);
  }
});

afterAll(() => rm(house, { recursive: true, force: true }));

async function lint(): Promise<{ filename: string; code: string }[]> {
  const oxlint = join(root, 'node_modules', '.bin', 'oxlint');
  const run = promisify(execFile)(oxlint, ['--type-aware', '--format', 'json', 'src', 'simulator'], {
    cwd: house,
    maxBuffer: 64 * 1024 * 1024,
  });
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  return (JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] }).diagnostics;
}

test('a wall that is broken is an error, in each place where one was planted and nowhere else', async () => {
  const found = await lint();
  const seen = found.map(({ filename, code }) => `${filename}: ${/\((.*)\)/.exec(code)?.[1]}`);
  expect(seen).toEqual(expect.arrayContaining(planted.map(([file, , rule]) => `${file}: ${rule}`)));
  const files = new Set(planted.map(([file]) => file));
  expect(found.filter(({ filename }) => !files.has(filename))).toEqual([]);
}, 60_000);
