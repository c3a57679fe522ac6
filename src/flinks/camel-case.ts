/** Deeper than any reply of Flinks by far, and far from where recursion would exhaust the stack. */
const deepest = 64;

/**
 * Copies JSON with every key in camelCase, at every depth; values stay as they are. Leading capitals are lowered except
 * the last one before a lower-case letter: `EftEligibleRatio` → `eftEligibleRatio`, `KYCInfo` → `kycInfo`. Where two keys
 * would become one, both keep the names they had. Throws a RangeError on JSON nested more than 64 deep.
 */
export function camelCaseKeys<T extends object>(json: T): T extends unknown[] ? unknown[] : Record<string, unknown> {
  return copy(json, 0) as T extends unknown[] ? unknown[] : Record<string, unknown>;
}

function copy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) throw new RangeError('JSON is nested too deep');
  if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1));
  const keys = Object.keys(value);
  const renamed = keys.map(camelCase);
  const times = new Map<string, number>();
  for (const name of renamed) times.set(name, (times.get(name) ?? 0) + 1);
  // Object.fromEntries defines properties, so a key like `__proto__` stays data.
  return Object.fromEntries(
    Object.values(value).map((item: unknown, index) => {
      const [key = '', name = ''] = [keys[index], renamed[index]];
      return [times.get(name) === 1 ? name : key, copy(item, depth + 1)];
    }),
  );
}

// Replies repeat a few dozen names for each transaction. The bounds keep names that somebody makes up from filling memory.
const known = new Map<string, string>();
const mostKnown = 1_000;
const longestKnown = 64;

function camelCase(key: string): string {
  const before = known.get(key);
  if (before !== undefined) return before;
  const name = key.replace(/^\p{Lu}+(?=(\p{Ll})?)/u, (capitals, lower?: string) =>
    lower === undefined || capitals.length === 1
      ? capitals.toLowerCase()
      : capitals.slice(0, -1).toLowerCase() + capitals.slice(-1),
  );
  if (known.size < mostKnown && key.length <= longestKnown) known.set(key, name);
  return name;
}
