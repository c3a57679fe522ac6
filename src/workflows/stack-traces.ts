// Turns stack traces off in the sandbox. The SDK captures one at every promise of a workflow, for the query that says where
// a run is; that is dear, and a run says in words where it is. `npm run replay` has them on.
Error.stackTraceLimit = 0;

/** What the SDK asks for at every promise, by code that it compiles each time. Of an error without a stack it notes nothing. */
const asked = new Map<string, () => unknown>([
  ['return globalThis.__TEMPORAL_ACTIVATOR__', () => Reflect.get(globalThis, '__TEMPORAL_ACTIVATOR__')],
  ['return globalThis.Error', () => Object],
]);

// A later SDK that asks otherwise has its code compiled, as it has without this.
const compile = Promise.constructor;
Object.defineProperty(Promise, 'constructor', { value: (code: string): unknown => asked.get(code) ?? compile(code) });
