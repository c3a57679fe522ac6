// How the parts of the configuration are read from the environment. No message ever repeats a value.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error.js';
import { warnIfReadable } from './open-files.js';

export { ConfigurationError, type ConfigurationProblem } from './configuration-error.js';

export type Environment = Record<string, string | undefined>;

/** A variable that is a whole number within these bounds. */
export const wholeNumber = (byDefault: number, least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be from ${least} to ${most}`)
    .default(byDefault);

/** Whether a header can carry this. An HTTP library refuses a request with any other character, and its error may quote it. */
export const fitsHeader = (text: string): boolean => /^[\x21-\x7e]*$/.test(text);
export const noHeaderFits = 'must be visible ASCII without spaces: no header can carry other characters';

/** Reads several parts of a configuration. Throws one ConfigurationError that names the bad variables of all of them. */
export function readTogether<T extends unknown[]>(...readers: { [Part in keyof T]: () => T[Part] }): T {
  const faults: ConfigurationProblem[] = [];
  const parts = readers.map((read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      faults.push(...error.problems);
      return undefined;
    }
  });
  if (faults.length > 0) throw new ConfigurationError(faults);
  return parts as T;
}

/** Takes each secret from its variable or from the file that its `…_FILE` variable names. Empty means unset. */
export function withSecretFiles(environment: Environment, secrets: string[]): Environment {
  const found = { ...environment };
  const problems: ConfigurationProblem[] = [];
  for (const secret of secrets) {
    const variable = `${secret}_FILE`;
    const file = environment[variable];
    if (!file) continue;
    if (environment[secret]) problems.push({ variable, problem: `and ${secret} are both set: keep one of them` });
    try {
      found[secret] = readFileSync(file, 'utf8').trim();
      warnIfReadable(variable, file);
    } catch {
      problems.push({ variable, problem: 'names a file that cannot be read' });
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return found;
}

/** Checks a part of the environment. Throws a ConfigurationError that names every bad variable. */
export function checkEnvironment<T>(schema: z.ZodType<T>, environment: Environment, secrets: string[]): T {
  const parsed = schema.safeParse(withSecretFiles(environment, secrets));
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    parsed.error.issues.map(({ path, message }) => ({ variable: String(path[0]), problem: message })),
  );
}
