import { ShownError } from '../contract/shown-error.js';

export interface ConfigurationProblem {
  variable: string;
  /** What is wrong with it, and never its value. */
  problem: string;
}

/** Variables that are missing or do not fit, each named with what it should be. */
export class ConfigurationError extends ShownError {
  override readonly name = 'ConfigurationError';
  readonly problems: ConfigurationProblem[];

  constructor(problems: ConfigurationProblem[]) {
    super(`The configuration does not fit: ${problems.map((one) => `${one.variable} ${one.problem}`).join('; ')}.`);
    this.problems = problems;
  }

  /** The names of the variables at fault. */
  get variables(): string[] {
    return this.problems.map(({ variable }) => variable);
  }
}
