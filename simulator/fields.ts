export type Json = Record<string, unknown>;

/** A request body. Its keys are read case-insensitively, because Flinks' own examples mix `username` with `Password`. */
export interface Fields {
  value(key: string): unknown;
  text(key: string): string | undefined;
  flag(key: string): boolean | undefined;
}

export function fieldsOf(body: Json): Fields {
  const values = new Map(Object.entries(body).map(([key, value]) => [key.toLowerCase(), value]));
  const value = (key: string): unknown => values.get(key.toLowerCase());
  return {
    value,
    text(key) {
      const found = value(key);
      return typeof found === 'string' && found !== '' ? found : undefined;
    },
    flag(key) {
      // One page of Flinks' documentation writes "true" as a string.
      const found = String(value(key)).toLowerCase();
      return found === 'true' ? true : found === 'false' ? false : undefined;
    },
  };
}

/** The body as an object; an empty body is an empty object, and anything else than an object is undefined. */
export function parseBody(text: string): Json | undefined {
  if (text.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a list of strings, or undefined if it is something else. */
export function listOfTexts(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.filter((item): item is string => typeof item === 'string');
  return texts.length === value.length ? texts : undefined;
}

export function isGuid(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
