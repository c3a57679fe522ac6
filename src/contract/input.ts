// What is wrong with an input, in words for its sender.
import { inputFields, inputSchema, type ResolvedInput } from '../contract.js';
import { inWords, meantField, problemsOf, type FieldProblem } from './problems.js';

/** Checks an input and applies the defaults. Every bad field is named once and no value is repeated. */
export function parseInput(input: unknown): { input: ResolvedInput } | { problems: FieldProblem[] } {
  const parsed = inputSchema.safeParse(input);
  if (parsed.success) return { input: parsed.data };
  const kind = kindOfLogin(input);
  const issues = parsed.error.issues.flatMap((issue) =>
    // Of the two kinds of login only the faults of the one that was meant help.
    issue.code === 'invalid_union' && kind !== undefined
      ? (issue.errors[kind] ?? []).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
      : [issue],
  );
  return { problems: problemsOf(issues, input, inputFields) };
}

/** Which kind of login was meant: its place in the union, or undefined if nothing tells. */
function kindOfLogin(input: unknown): 0 | 1 | undefined {
  const given = typeof input === 'object' && input !== null && 'login' in input ? input.login : undefined;
  if (typeof given !== 'object' || given === null) return undefined;
  const filled = Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [name]));
  const isById = (name: string): boolean => meantField(name, inputFields['login']) === 'loginId';
  if (filled.length > 0) return filled.some(isById) ? 0 : 1;
  const empty = Object.keys(given);
  if (empty.some(isById) === empty.some((name) => !isById(name))) return undefined;
  return empty.some(isById) ? 0 : 1;
}

/** One sentence for people: every bad field and what it should be. */
export const inputMessage = (problems: readonly FieldProblem[]): string =>
  `The input does not fit: ${inWords(problems)}.`;
