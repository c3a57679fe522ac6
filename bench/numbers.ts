import { InvalidArgumentError } from 'commander';

/** Reads an option such as `1000,2000`. */
export function numbers(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.every((value) => Number.isInteger(value) && value > 0)) return values;
  throw new InvalidArgumentError('Whole numbers are needed, separated by commas.');
}
