// Reading the logins of a batch, one a line, without ever holding more than a few of them.
import { createHmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { checkInput } from '../../client.js';
import { InputError } from '../../contract/errors.js';
import { accountDetailsWorkflowId, type RetrieveAccountDetailsInput } from '../../contract.js';
import { linesOf, longestLine } from './lines.js';
import { usageError } from '../terminal/output.js';

/** A line that fits. */
export interface BatchLogin {
  line: number;
  input: RetrieveAccountDetailsInput;
}

/** A line that does not fit: why, and never a value of it. */
export interface BadLine {
  line: number;
  problem: string;
  fields?: string[];
}

export interface ReadOptions {
  /** Fields of an input that hold unless a line says otherwise. */
  defaults: Record<string, unknown>;
  /** Passwords in a file would stay on the disk. */
  credentials: 'allowed' | 'refused';
  /** Ends the reading, even if nothing more comes. */
  signal?: AbortSignal;
}

/**
 * Reads lines of a bare LoginId, `{"loginId": …}` with further fields of an input beside it, or a whole input. Empty
 * lines are left out. A login that comes again is a bad line: it has one run.
 */
export async function* readLogins(
  source: Readable,
  { signal, ...options }: ReadOptions,
): AsyncGenerator<BatchLogin | BadLine> {
  const seen = new Set<string>();
  let line = 0;
  for await (const text of linesOf(source, signal)) {
    line += 1;
    if (text === undefined) {
      yield { line, problem: `is longer than ${longestLine / 1024 ** 2} MB` };
      continue;
    }
    // Some editors begin a file with a byte order mark.
    const written = (line === 1 ? text.replace(/^\ufeff/, '') : text).trim();
    if (written === '') continue;
    // What stands for bytes of another encoding: a password with it would be a wrong one.
    if (written.includes('\ufffd')) {
      yield { line, problem: 'is not UTF-8' };
      continue;
    }
    const login = readLine(line, written, options);
    const key = 'input' in login ? batchWorkflowId('', login.input) : undefined;
    if (key !== undefined && seen.has(key)) yield { line, problem: 'has the login of an earlier line' };
    else yield login;
    if (key !== undefined) seen.add(key);
  }
}

const guid = /^[0-9a-f-]{36}$/i;

function readLine(line: number, text: string, { defaults, credentials }: ReadOptions): BatchLogin | BadLine {
  let document: unknown;
  try {
    document = guid.test(text) ? text : JSON.parse(text);
  } catch {
    return { line, problem: 'is neither a LoginId nor JSON' };
  }
  if (typeof document === 'string') document = { login: { loginId: document } };
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    return { line, problem: 'is neither a LoginId nor a JSON object' };
  const { loginId, ...rest } = withoutNulls(document);
  const input = {
    ...defaults,
    ...(loginId === undefined || 'login' in rest ? withoutNulls(document) : { login: { loginId }, ...rest }),
  };
  if (credentials === 'refused' && hasCredentials(input))
    return { line, problem: 'has credentials; they are taken from stdin only: --from-file -', fields: ['login'] };
  try {
    checkInput(input);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { line, problem: error.message.replace(/^The input does not fit: /, ''), fields: error.fields };
  }
  return { line, input: input as unknown as RetrieveAccountDetailsInput };
}

/** `null` is absent, and then the options of the command hold. */
const withoutNulls = (fields: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

function hasCredentials({ login }: { login?: unknown }): boolean {
  if (typeof login !== 'object' || login === null) return false;
  const given = withoutNulls(login);
  return 'password' in given || 'username' in given;
}

/** The workflow id of a login in this batch. For credentials it is a keyed hash: without the batch's id it reveals nothing. */
export const batchWorkflowId = (batch: string, { login }: RetrieveAccountDetailsInput): string =>
  typeof login.loginId === 'string'
    ? accountDetailsWorkflowId(login.loginId)
    : accountDetailsWorkflowId(digest(batch, 'credentials', login.institution, login.username));

/** The id with which this batch starts a run. The same start sent again begins no second run. */
export const batchStartId = (batch: string, workflowId: string): string => digest(batch, 'start', workflowId);

const digest = (batch: string, ...parts: unknown[]): string =>
  createHmac('sha256', batch).update(JSON.stringify(parts)).digest('hex').slice(0, 32);

/** Opens the file of a batch. Throws a usage error if it cannot be read. */
export async function openLogins(file: string): Promise<Readable> {
  if (file === '-') return process.stdin;
  try {
    const handle = await open(file);
    if (!(await handle.stat()).isFile()) {
      await handle.close();
      throw new Error('Not a file.');
    }
    return handle.createReadStream();
  } catch {
    throw usageError('The file of --from-file cannot be read.');
  }
}

/** How many lines of a file are not empty. */
export async function countLogins(file: string): Promise<number> {
  let count = 0;
  for await (const text of linesOf(createReadStream(file))) if (text?.trim() !== '') count += 1;
  return count;
}
