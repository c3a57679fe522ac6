import { readFile } from 'node:fs/promises';
import type { RetrieveAccountDetailsInput } from '../contract.js';
import { askSecret, readStdin } from './terminal/ask.js';
import { usageError } from './terminal/output.js';

/** The options of `start` that make up an input. */
export interface InputOptions {
  loginId?: string;
  institution?: string;
  username?: string;
  input?: string;
  mode?: string;
  onSessionLost?: string;
  language?: string;
  save: boolean;
  days?: string;
  interval?: string;
  deadline?: string;
  answerWithin?: string;
  maxChallengeRounds?: number;
  tag?: string;
}

/** The input that the options describe, unchecked: the client names every field that does not fit. */
export async function readInput(options: InputOptions): Promise<RetrieveAccountDetailsInput> {
  const { input, loginId, institution, username } = options;
  if (input !== undefined) return (await readJson(input)) as RetrieveAccountDetailsInput;
  if (loginId === undefined && institution === undefined && username === undefined)
    throw usageError('Say whose accounts: --login-id, or --institution with --username, or --input.');
  return {
    login: definedOf({
      loginId,
      institution,
      username,
      password: loginId === undefined && username !== undefined ? await askSecret('Password') : undefined,
    }),
    ...fieldsBesideLogin(options),
  } as unknown as RetrieveAccountDetailsInput;
}

/** The fields of an input that the options give, except whose accounts they are. */
export function fieldsBesideLogin(options: InputOptions): Record<string, unknown> {
  const { mode, onSessionLost, language, save, days, interval, deadline, answerWithin, maxChallengeRounds, tag } =
    options;
  const polling = definedOf({ interval, deadline });
  return definedOf({
    mode,
    onSessionLost,
    language,
    save: save ? undefined : false,
    details: days === undefined ? undefined : { daysOfTransactions: days },
    polling: Object.keys(polling).length > 0 ? polling : undefined,
    answerWithin,
    maxChallengeRounds,
    tag,
  });
}

async function readJson(source: string): Promise<unknown> {
  const text = source === '-' ? await readStdin() : await readFile(source, 'utf8').catch(() => undefined);
  if (text === undefined) throw usageError('The file of --input cannot be read.');
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(`The input ${source === '-' ? 'on stdin' : 'in the file'} is not JSON.`);
  }
}

const definedOf = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
