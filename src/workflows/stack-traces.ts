// Turns stack traces off in the sandbox. The SDK captures one at every promise of a workflow, for the query that shows where
// a run is. That is expensive, and `progress` shows in words where a run is. `npm run replay` has them on.
Error.stackTraceLimit = 0;

/** What the SDK asks for at every promise, by code that it compiles each time. It notes nothing about an error without a stack. */
const asked = new Map<string, () => unknown>([
  ['return globalThis.__TEMPORAL_ACTIVATOR__', () => Reflect.get(globalThis, '__TEMPORAL_ACTIVATOR__')],
  ['return globalThis.Error', () => Object],
]);

// When a later SDK asks in other words, its code is compiled as if this were not here.
const compile = Promise.constructor;
Object.defineProperty(Promise, 'constructor', { value: (code: string): unknown => asked.get(code) ?? compile(code) });
