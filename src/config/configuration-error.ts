// What is wrong with the configuration, in words for whoever started the program.
import { ShownError } from '../contract/shown-error.js';

export interface ConfigurationProblem {
  variable: string;
  /** What is wrong with the variable, to be read after its name. Never its value. */
  problem: string;
}

/** Variables that are missing or wrong, each named with what it should be. */
export class ConfigurationError extends ShownError {
  override readonly name = 'ConfigurationError';
  readonly problems: ConfigurationProblem[];

  constructor(problems: ConfigurationProblem[]) {
    super(`Configuration error: ${problems.map((one) => `${one.variable} ${one.problem}`).join('; ')}.`);
    this.problems = problems;
  }

  /** The names of the variables that are wrong. */
  get variables(): string[] {
    return this.problems.map(({ variable }) => variable);
  }
}
