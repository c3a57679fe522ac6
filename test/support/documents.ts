import { readFileSync } from 'node:fs';
import ajvFormats from 'ajv-formats';
import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import { z } from 'zod';
import { definitionOf, schemaFolder } from '../../dev/schemas.js';
import { documents, errorDocument } from '../../src/cli/documents.js';

/** A validator of JSON Schema as anybody has one. It refuses schemas that use it wrongly. */
export function validator(schema: AnySchema): ValidateFunction {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  ajvFormats.default(ajv);
  return ajv.compile(schema);
}

/** A schema as it is published. */
export const published = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(`${schemaFolder}${file}`, 'utf8')) as Record<string, unknown>;

/** Says what is wrong with a document that a command printed, or nothing. */
type Check = (document: unknown) => string | undefined;

const checks = new Map<string, Check>();

/** The published schema, and the same one closed: fields that are printed and not published would go unnoticed. */
function checkOf(definition: string, schema: z.ZodType): Check {
  const known = checks.get(definition);
  if (known) return known;
  const { $defs } = published('cli.schema.json') as { $defs: Record<string, AnySchema> };
  const validators = [
    validator($defs[definition] ?? false),
    validator(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' })),
  ];
  const check: Check = (document) => {
    const failed = validators.find((fits) => !fits(document));
    return failed && JSON.stringify(failed.errors);
  };
  checks.set(definition, check);
  return check;
}

const isError = (document: unknown): boolean =>
  typeof document === 'object' && document !== null && 'error' in document;

/** The name in `documents` that fits the words and options of this call best. */
export function commandOf(args: readonly string[]): string | undefined {
  const fitting = Object.keys(documents).filter((name) => {
    const [command, ...more] = name.split(' ');
    return command === args[0] && more.every((word) => args.includes(word));
  });
  return fitting.toSorted((one, other) => other.length - one.length)[0];
}

/** Throws where a command with `--json` wrote anything to stdout but the documents that are published for it. */
export function checkDocuments(
  args: readonly string[],
  { exit, stdout }: { exit: number | null; stdout: string },
): void {
  // One that was killed may have been in the middle of a line.
  if (!args.includes('--json') || args.includes('--help') || exit === null) return;
  const name = commandOf(args);
  const call = `starter ${args.join(' ')} (exit code ${exit})`;
  const lines = stdout.split('\n');
  if (lines.pop() !== '') throw new Error(`${call} did not end its last line: ${stdout}`);
  const { document, as } = (name && documents[name]) || { document: z.never(), as: 'one' };
  if (as === 'one' && lines.length !== 1) throw new Error(`${call} wrote ${lines.length} documents: ${stdout}`);
  for (const [index, line] of lines.entries()) {
    const parsed = JSON.parse(line) as unknown;
    const last = index === lines.length - 1;
    if (isError(parsed) && (!last || exit === 0)) throw new Error(`${call} goes on after its error: ${stdout}`);
    if (!isError(parsed) && !name) throw new Error(`${call} has no schema. Add it to src/cli/documents.ts.`);
    const wrong = isError(parsed)
      ? checkOf('error', errorDocument)(parsed)
      : checkOf(definitionOf(name ?? ''), document)(parsed);
    if (wrong) throw new Error(`${call} wrote ${line}, which its schema in src/cli/documents.ts refuses: ${wrong}`);
  }
}
