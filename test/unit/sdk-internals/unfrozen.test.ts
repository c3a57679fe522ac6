import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { unfrozen } from '../../../src/sdk-internals/unfrozen.js';

const sandboxSource = readFileSync(
  createRequire(import.meta.url).resolve('@temporalio/worker/lib/workflow/reusable-vm.js'),
  'utf8',
);
/** The SDK does not export the function by which its sandbox freezes preloaded modules. */
const deepFreeze = runInNewContext(`(${/^function deepFreeze\([^]*?^}/m.exec(sandboxSource)?.[0]})`) as (
  value: unknown,
) => unknown;

afterEach(() => vi.unstubAllGlobals());

test('a schema parses though the sandbox froze it. If not, every run fails at its first input, with a TypeError', () => {
  vi.stubGlobal('__TEMPORAL__', {});
  const schema = unfrozen(z.object({ a: z.string() }));
  deepFreeze({ schema });
  expect(schema.parse({ a: 'b' })).toEqual({ a: 'b' });
  const bare = z.object({ a: z.string() });
  deepFreeze({ bare });
  expect(() => bare.parse({ a: 'b' })).toThrow(TypeError);
});

test('the sandbox is known by a global of its own. If not, every run fails at its first input', () => {
  expect(sandboxSource).toContain('__TEMPORAL__.preloadModules');
  const schema = z.string();
  expect(unfrozen(schema)).toBe(schema);
});
