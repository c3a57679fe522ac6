// What a log line says of an error. The message is logged only if we wrote it ourselves. Any other message may quote the
// data that caused the error, and an HTTP library's error holds the whole request.
import { types } from 'node:util';
import { ApplicationFailure } from '@temporalio/common';
import { failureTypes, rejectionTypes, withheldTypes } from '../contract.js';
import { ShownError } from '../contract/shown-error.js';
import { fromFlinks } from './from-flinks.js';

/** An error in a log line. Its causes, details and other properties are left out. */
export interface ErrorFields {
  type: string;
  message?: string;
  flinksCode?: string | number;
  /** Where it was thrown, if the error is not ours. */
  stack?: string[];
}

const ourTypes = new Set<unknown>([...failureTypes, ...rejectionTypes, ...withheldTypes]);
const longestMessage = 500;
const mostFrames = 12;

export function describeError(error: unknown): ErrorFields {
  if (!(error instanceof Error) && !types.isNativeError(error)) return { type: grpcCode(error) ?? 'unknown' };
  const message = error.message.slice(0, longestMessage);
  if (error instanceof ShownError) {
    const { type, flinksCode } = error.forLog();
    return { type, message, ...codeOf(flinksCode) };
  }
  if (error instanceof ApplicationFailure && ourTypes.has(error.type)) {
    const details = error.details?.[0] as { flinksCode?: unknown } | null | undefined;
    return { type: String(error.type), message, ...codeOf(details?.flinksCode) };
  }
  const runType = failureHead.exec(error.stack ?? '')?.[2];
  return ourTypes.has(runType) ? { type: String(runType) } : { type: nameOf(error), stack: framesOf(error) };
}

function codeOf(code: unknown): { flinksCode?: string | number } {
  const flinksCode = fromFlinks(code);
  return flinksCode === undefined ? {} : { flinksCode };
}

/**
 * The kind of failure at the head of a stack. Copies of errors that come out of the workflow sandbox keep their name, and
 * the type that runFailure writes, nowhere else.
 */
const failureHead =
  /^((?:Application|Activity|ChildWorkflow|Timeout|Server|Terminated|Cancelled)Failure)\b(?: \[(\w+)\])?/;

function nameOf({ name, stack = '' }: Error): string {
  return failureHead.exec(stack)?.[1] ?? (/^[A-Za-z_$][\w$]{0,63}$/.test(name) ? name : 'Error');
}

const frame =
  /^ {4}at (?:[\w$.<>[\] ]+ \()?(?:file:|node:|webpack|evalmachine|<anonymous>|\/|[A-Z]:\\)[^\n]*:\d+:\d+\)?$/;

/** The stack without the message before it, which may itself have lines that look like frames. */
function framesOf({ message, stack = '' }: Error): string[] {
  const head = /^[\w$.]*(?: \[\w+\])?(?:: )?/.exec(stack)?.[0] ?? '';
  if (!stack.startsWith(`${message}\n`, head.length)) return [];
  const lines = stack.slice(head.length + message.length).split('\n');
  return lines
    .filter((line) => frame.test(line))
    .slice(0, mostFrames)
    .map((line) => line.trim());
}

/** The native core writes errors as text. From a server's answer only the gRPC code is taken. */
function grpcCode(error: unknown): string | undefined {
  if (typeof error !== 'string') return undefined;
  const [, sentence, name] = /\bStatus \{ code: (?:'([A-Za-z ,]{1,80})'|([A-Z][A-Za-z]{1,30}))/.exec(error) ?? [];
  return sentence ?? name;
}
