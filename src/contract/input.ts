// What is wrong with an input, in words for its sender.
import type { z } from 'zod';
import { inputSchema, type ResolvedInput } from '../contract.js';

/** A field of an input that does not fit, and why; never its value. */
export interface InputProblem {
  field: string;
  problem: string;
}

/** Checks an input and applies the defaults. Every bad field is named once and no value is repeated. */
export function parseInput(input: unknown): { input: ResolvedInput } | { problems: InputProblem[] } {
  const parsed = inputSchema.safeParse(input);
  if (parsed.success) return { input: parsed.data };
  const kind = kindOfLogin(input);
  const problems = parsed.error.issues.flatMap((issue) =>
    // Of the two kinds of login only the faults of the one that was meant help.
    issue.code === 'invalid_union' && kind !== undefined
      ? (issue.errors[kind] ?? []).flatMap((inner) => problemsOf(inner, issue.path))
      : problemsOf(issue, []),
  );
  return { problems: [...new Map(problems.toReversed().map((one) => [one.field, one])).values()].toReversed() };
}

/** Which kind of login was meant: its place in the union, or undefined where nothing tells. */
function kindOfLogin(input: unknown): 0 | 1 | undefined {
  const given = typeof input === 'object' && input !== null && 'login' in input ? input.login : undefined;
  if (typeof given !== 'object' || given === null || Object.keys(given).length === 0) return undefined;
  return 'loginId' in given ? 0 : 1;
}

function problemsOf(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): InputProblem[] {
  const path = [...base, ...issue.path];
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ field: fieldName([...path, key]), problem: whyUnknown(path, key) }))
    : [{ field: fieldName(path), problem: issue.message }];
}

const whyUnknown = (path: readonly PropertyKey[], key: string): string =>
  path[0] === 'login' && ['loginId', 'institution', 'username', 'password'].includes(key)
    ? 'cannot be combined with the other kind of login'
    : 'is not a known field';

const fieldName = (path: readonly PropertyKey[]): string =>
  path.map((part) => String(part).slice(0, 64)).join('.') || 'input';

/** One sentence for people: every bad field and what it should be. */
export const inputMessage = (problems: readonly InputProblem[]): string =>
  `The input does not fit: ${problems.map(({ field, problem }) => `${field} ${problem}`).join('; ')}.`;
