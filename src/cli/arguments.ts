// How what people type on the command line is read.
import { InvalidArgumentError } from 'commander';
import { accountDetailsWorkflowId, milliseconds } from '../contract.js';
import { usageError } from './output.js';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The workflow id of the one run that is named. */
export function runId({ loginId, workflowId }: { loginId?: string; workflowId?: string }, run?: string): string {
  const named = [loginId, workflowId, run].filter((one) => one !== undefined);
  if (named.length !== 1) throw usageError('Name one run: its workflow id, its LoginId, --login-id or --workflow-id.');
  if (loginId !== undefined && !guid.test(loginId)) throw usageError('--login-id must be a GUID.');
  const id = loginId ?? workflowId ?? run ?? '';
  return workflowId === undefined && guid.test(id) ? accountDetailsWorkflowId(id) : id;
}

export function loginGuid(text: string): string {
  if (!guid.test(text)) throw new InvalidArgumentError('It must be a GUID.');
  return text;
}

/** Milliseconds. */
export function duration(text: string): number {
  const ms = milliseconds(text);
  if (!(ms > 0)) throw new InvalidArgumentError('It must be a duration such as "30 seconds".');
  return ms;
}

export function count(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}

/** A number above 0, such as 0.5. */
export function rate(text: string): number {
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('It must be a number above 0.');
  return Number(text);
}

/** At most this many logins of a batch are worked on at once, so that a slip of the hand opens no million calls. */
export function concurrency(text: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) < 1 || Number(text) > 1_000)
    throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
  return Number(text);
}
