import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createContext, runInContext } from 'node:vm';
import { transformWithEsbuild } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

// The SDK's own hook on promises, as it is in every thread that runs workflows.
const { globalHandlers } = createRequire(import.meta.url)('@temporalio/worker/lib/workflow/vm-shared.js') as {
  globalHandlers: { install(): void; uninstall(): void };
};
const source = new URL('../../../src/sdk-internals/stack-traces.ts', import.meta.url);
let code: string;

beforeAll(async () => {
  ({ code } = await transformWithEsbuild(await readFile(source, 'utf8'), 'stack-traces.ts'));
  globalHandlers.install();
});
afterAll(() => globalHandlers.uninstall());

/** Makes a promise in a sandbox, and says how many stacks the SDK kept of it and how often it had code compiled. */
function makePromise(prepare: string): { stacks: number; compiled: number } {
  const compiled: string[] = [];
  const promiseStackStore = { promiseToStack: new Map(), childToParent: new Map() };
  const sandbox = createContext({ compiled });
  runInContext(
    `Object.defineProperty(Promise, 'constructor', {
      configurable: true,
      value: ((compile) => (code) => (compiled.push(code), compile(code)))(Promise.constructor),
    });
    ${prepare}`,
    sandbox,
  );
  Object.assign(sandbox, { __TEMPORAL_ACTIVATOR__: { promiseStackStore, info: { runId: 'r' } } });
  runInContext('globalThis.made = (() => new Promise(() => {}))();', sandbox);
  return { stacks: promiseStackStore.promiseToStack.size, compiled: compiled.length };
}

test('the SDK takes no stack trace of a promise. If it does, every run costs its worker more CPU', () => {
  expect(makePromise('').stacks).toBe(1);
  expect(makePromise(code)).toEqual({ stacks: 0, compiled: 0 });
});
