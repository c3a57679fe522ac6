// Needs the two pieces of code that the SDK compiles through `promise.constructor.constructor` at every promise of a workflow,
// to capture a stack trace for the query that says where a run is. That is expensive, and a run says in words where it is.
// Loaded into the workflow sandbox, it turns these stack traces off. `npm run replay` leaves it out, so that it has them.
Error.stackTraceLimit = 0;

/** The answers to what the SDK asks, without compiling anything. It notes nothing about an error that has no stack. */
const asked = new Map<string, () => unknown>([
  ['return globalThis.__TEMPORAL_ACTIVATOR__', () => Reflect.get(globalThis, '__TEMPORAL_ACTIVATOR__')],
  ['return globalThis.Error', () => Object],
]);

// If a later SDK asks in other words, its code is compiled, as it would be without this file.
const compile = Promise.constructor;
Object.defineProperty(Promise, 'constructor', { value: (code: string): unknown => asked.get(code) ?? compile(code) });
