import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

/** What Node has loaded in a process, by what it writes for measuring coverage: modules of either kind. */
function loadedBy(...args: string[]): { packages: string[]; own: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'loaded-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  execFileSync(process.execPath, ['--import', 'tsx', 'src/starter.ts', ...args], {
    env: { ...process.env, NODE_V8_COVERAGE: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const urls = readdirSync(folder).flatMap((file) =>
    (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { result: { url: string }[] }).result.map(
      ({ url }) => url,
    ),
  );
  const packages = urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  const runner = ['tsx', 'esbuild', 'get-tsconfig', 'resolve-pkg-maps'];
  return {
    packages: [...new Set(packages)].filter((name) => !runner.includes(name)).toSorted(),
    own: urls.flatMap((url) => /\/src\/(.*\.ts)$/.exec(url)?.[1] ?? []),
  };
}

// Of @temporalio/common it is the reading of durations alone.
const light = ['@temporalio/common', 'commander', 'long', 'ms'];

test.each([[['--help']], [['start', '--help']], [['deploy', 'status', '--help']], [['--version']]])(
  '%j needs neither Temporal’s client nor the schemas, so that it is there at once',
  (args) => {
    const { packages, own } = loadedBy(...args);
    expect(own).toContain('starter.ts');
    expect(packages).toEqual(light);
  },
);
