import { randomBytes } from 'node:crypto';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/chaos/longest-first.js';

const project = (name: string, testTimeout: number, more = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: 120_000, ...more },
});

const setup = (...names: string[]) => ({ globalSetup: names.map((name) => `./test/support/${name}.ts`) });
const withBundle = setup('binaries', 'workflow-bundle');

const proofs = [
  'test/workflow/{fault-*,simulation,abuse,ties}.test.ts',
  'test/e2e/{signal-flood,worker-builds,forged-payloads}.test.ts',
  'test/replay/*.test.ts',
  'test/unit/temporal/encryption/format.test.ts',
];
/** A mocked module has to be loaded by nobody else, so that this file has a process of its own. */
const mocking = ['test/workflow/fault-mutants.test.ts'];
const small = process.env['CHAOS_SIZE'] === 'small';
const { PLANS: plans = small ? '40' : '1000', SIGNALS: signals = small ? '500' : '10000' } = process.env;
const accepts = small ? 'any' : 'any namespace workflow';

export default defineConfig({
  test: {
    // Encryption is on in tests as everywhere. The key is made anew for each run and reaches every process they start.
    env: { PAYLOAD_KEYS: `test:${randomBytes(32).toString('base64')}` },
    reporters: ['default', './test/support/closing-line.ts'],
    // A third file at a time would starve the others on two slow cores.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      // Files share a process (`isolate: false`): loading what they test takes longer than many a test. The limit is for a busy machine.
      project('unit', 60_000, { isolate: false }),
      project('tooling', 60_000, { isolate: false }),
      project('workflow', 180_000, { ...withBundle, isolate: false, exclude: mocking }),
      { test: { name: 'mutants', include: mocking, testTimeout: 60_000, hookTimeout: 120_000, ...withBundle } },
      project('replay', 60_000, { isolate: false }),
      project('e2e', 180_000, { ...setup('binaries', 'compiled-programs'), isolate: false }),
      // What fails for long: `npm run test:chaos`. It is left out of `npm test`, of which it repeats some in full size.
      project('chaos', 600_000, {
        ...setup('binaries', 'workflow-bundle', 'compiled-programs'),
        include: ['test/chaos/**/*.test.ts', ...proofs],
        env: { PLANS: plans, SIGNALS: signals, ACCEPTS: accepts },
      }),
    ],
  },
});
