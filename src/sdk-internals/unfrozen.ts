// Needs to know that the workflow sandbox has a global `__TEMPORAL__`, that it evaluates a preloaded module once for all runs,
// and that it freezes what it can reach of the module, but looks no further behind an object that is frozen already.

/**
 * An object that works in the workflow sandbox, too. A zod schema keeps in itself what it has worked out, so that a frozen one
 * cannot parse. In the sandbox it is therefore reached through an empty object that is frozen already.
 */
export const unfrozen = <Target extends object>(target: Target): Target =>
  '__TEMPORAL__' in globalThis
    ? new Proxy(Object.freeze({}) as Target, { get: (_, key): unknown => Reflect.get(target, key) })
    : target;
