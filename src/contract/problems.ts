// What is wrong with what a caller sent, field by field. A name is shown, a value never.
import type { z } from 'zod';

/** A field that does not fit, and why; never its value. */
export interface FieldProblem {
  field: string;
  problem: string;
}

/** The known fields of each object, by the path of the object: `''` is the outermost. */
export type KnownFields = Readonly<Record<string, readonly string[]>>;

type Path = readonly PropertyKey[];

/** Unknown fields that are named. Whoever sends thousands would get an error that is too large for Temporal to carry. */
const mostUnknown = 100;

/**
 * The problems that `issues` tell of `given`, which is called `whole` if it is no object at all. Every field is named once.
 */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  given: unknown,
  known: KnownFields,
  whole = 'input',
): FieldProblem[] {
  const unknown = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => unknownField(issue.path, key, known)) : [],
  );
  // A field that was written in another way is not missing as well.
  const written = new Set(unknown.map(({ meant }) => meant));
  const isWritten = (path: Path): boolean => written.has(fieldName(path)) && valueAt(given, path) === undefined;
  const unfit = issues.flatMap(({ code, path, message }) =>
    code === 'unrecognized_keys' || isWritten(path) ? [] : [{ field: fieldName(path, whole), problem: message }],
  );
  const all = [...unfit, ...unknown.slice(0, mostUnknown).map(({ field, problem }) => ({ field, problem }))];
  return [...new Map(all.toReversed().map((one) => [one.field, one])).values()].toReversed();
}

/** The known field that `name` is, apart from upper and lower case, underscores and hyphens. */
export const meantField = (name: string, known: readonly string[] = []): string | undefined =>
  known.find((field) => plain(field) === plain(name));

/** Every bad field and what it should be, for people. */
export const inWords = (problems: readonly FieldProblem[]): string =>
  problems.map(({ field, problem }) => `${field} ${problem}`).join('; ');

function unknownField(path: Path, key: string, known: KnownFields) {
  const meant = meantField(key, known[fieldName(path)]);
  return {
    field: fieldName([...path, key]),
    problem: `is not a known field${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    meant: meant === undefined ? undefined : fieldName([...path, meant]),
  };
}

const plain = (name: string): string => name.replaceAll(/[-_]/g, '').toLowerCase();

const fieldName = (path: Path, outermost = ''): string =>
  path.map((part) => String(part).slice(0, 64)).join('.') || outermost;

const valueAt = (given: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    given,
  );
