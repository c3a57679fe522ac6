// Which fields of a log line may be seen. It is a list of what is allowed, because the SDK may log something new with
// every release.
import type { LogMetadata } from '@temporalio/common';
import { describeError } from './errors.js';
import { fromFlinks, requestIdFromFlinks } from './from-flinks.js';

type Reader = (value: unknown) => unknown;

const longestText = 256;

/** Temporal's names, ids, counts and flags, as they are. */
const plain: Reader = (value) => {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'string' ? value.slice(0, longestText) : undefined;
};

/** The native core writes a whole failure as text. Its type is readable in Temporal, too. */
const failureType: Reader = (value) =>
  typeof value === 'string' ? /\br#type: "([A-Za-z]\w{0,63})"/.exec(value)?.[1] : undefined;

const plainKeys = [
  'sdkComponent target namespace taskQueue state status durationMs size limit',
  'workflowId runId workflowRunId workflowType workflowExists historyLength isReplaying',
  'activityId activityType activityRunId attempt isLocal updateName exitCode endpoint',
].flatMap((line) => line.split(' '));

const readers = new Map<string, Reader>([
  ...plainKeys.map((key): [string, Reader] => [key, plain]),
  ['error', describeError],
  ['err', describeError],
  ['failure', failureType],
  ['flinksCode', fromFlinks],
  ['httpStatus', fromFlinks],
  ['requestId', requestIdFromFlinks],
]);

/** The fields that may be seen, under camelCase names: the native core writes `run_id`. */
export function safeFields(metadata: LogMetadata): Record<string, unknown> {
  const fields = Object.keys(metadata).flatMap((key): [string, unknown][] => {
    const name = key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const value = readers.get(name)?.(metadata[key]);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(fields);
}

/** The constant beginning of a message. After a colon, quote or brace the SDK and its core put errors and payloads. */
export const safeMessage = (message: string): string =>
  (message.split(/:\s|:$|[\n"{`]/, 1)[0] ?? '').trim().slice(0, longestText);
