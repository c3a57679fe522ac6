// Starting twice: when two inputs mean the same run.
import { milliseconds, type ResolvedInput } from '../contract.js';
import { parseInput } from '../contract/input.js';

/** The fields in which two inputs differ once defaults are applied; durations and GUIDs compare by what they mean. */
export function differingFields(one: ResolvedInput, other: unknown): string[] {
  const read = parseInput(other);
  return 'input' in read ? differences(comparable(one), comparable(read.input), '') : ['input'];
}

function comparable(input: ResolvedInput): Record<string, unknown> {
  const { login, polling, details, answerWithin } = input;
  return {
    ...input,
    login: 'loginId' in login ? { loginId: login.loginId.toLowerCase() } : login,
    polling: { interval: milliseconds(polling.interval), deadline: milliseconds(polling.deadline) },
    answerWithin: milliseconds(answerWithin),
    details: { ...details, accountsFilter: details.accountsFilter?.map((id) => id.toLowerCase()).toSorted() },
  };
}

function differences(one: unknown, other: unknown, path: string): string[] {
  if (isObject(one) && isObject(other)) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...keys].flatMap((key) => differences(one[key], other[key], path === '' ? key : `${path}.${key}`));
  }
  return JSON.stringify(one) === JSON.stringify(other) ? [] : [path];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
