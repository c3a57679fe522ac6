// The report of a batch: a line of JSON for each outcome, appended as it comes. It is also where the batch goes on from.
import { randomUUID } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { ErrorCode } from '../../contract/errors.js';
import { failureTypes } from '../../contract.js';
import { harmlessJson } from '../../contract/harmless.js';
import { linesOf } from './lines.js';
import { usageError } from '../terminal/output.js';

/** `completed`, the code of an error, `AnswerNeeded`, or `started` or `joined` if nobody waits for the end. */
export type BatchOutcome = 'completed' | 'started' | 'joined' | 'AnswerNeeded' | ErrorCode;

/** Whether a login with this outcome is done with, for a batch that waits for the ends of its runs or does not. */
export const isSettled = (outcome: BatchOutcome, wait: boolean): boolean =>
  ended.has(outcome) || (!wait && ['started', 'joined', 'AnswerNeeded'].includes(outcome));

const ended: ReadonlySet<string> = new Set<BatchOutcome>([
  'completed',
  ...failureTypes,
  'Cancelled',
  'Terminated',
  'TimedOut',
  'RunFailed',
]);

/** What became of a login. It holds no account data: `starter result` has that. */
export interface BatchRecord {
  line: number;
  workflowId: string;
  /** Absent if no run was started. */
  runId?: string;
  outcome: BatchOutcome;
  /** What happened and what to do now, if the run did not complete. */
  message?: string;
}

export interface BatchReport {
  /** The id of the batch. Whatever it starts can be started again without being run again. */
  readonly batch: string;
  /** The last outcome of a login in the report. */
  outcomeOf(workflowId: string): BatchOutcome | undefined;
  write(record: BatchRecord): Promise<void>;
  close(): Promise<void>;
}

/** Opens the report at `path`, or begins one. Throws a usage error, and changes nothing, if the file is not a report. */
export async function openReport(path: string): Promise<BatchReport> {
  const file = await open(path, 'a+', 0o600).catch(() => {
    throw usageError('The file of --report cannot be written.');
  });
  try {
    const { batch, outcomes } = (await file.stat()).size === 0 ? await begin(file) : await read(file);
    return {
      batch,
      outcomeOf: (workflowId) => outcomes.get(workflowId),
      write: (record) => file.appendFile(`${harmlessJson(record)}\n`),
      async close() {
        await file.sync();
        await file.close();
      },
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

type Contents = { batch: string; outcomes: Map<string, BatchOutcome> };

async function begin(file: FileHandle): Promise<Contents> {
  const batch = randomUUID();
  await file.appendFile(`${JSON.stringify({ batch })}\n`);
  // On the disk before the first start: without this line nobody could tell what was started from what was not.
  await file.sync();
  return { batch, outcomes: new Map() };
}

async function read(file: FileHandle): Promise<Contents> {
  const outcomes = new Map<string, BatchOutcome>();
  let batch: string | undefined;
  for await (const text of linesOf(file.createReadStream({ start: 0, autoClose: false }))) {
    const line = text === undefined ? undefined : parse(text);
    if (batch === undefined) {
      if (typeof line?.['batch'] !== 'string') break;
      batch = line['batch'];
    } else if (typeof line?.['workflowId'] === 'string' && typeof line['outcome'] === 'string') {
      outcomes.set(line['workflowId'], line['outcome'] as BatchOutcome);
    }
  }
  if (batch === undefined) throw usageError('The file of --report is not a report of a batch. Give another name.');
  await dropTornLine(file);
  return { batch, outcomes };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** A batch that was killed may have left half a line, to which the next one would be appended. */
async function dropTornLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const from = Math.max(0, size - 64 * 1024);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
  const lineEnd = buffer.subarray(0, bytesRead).lastIndexOf('\n');
  if (lineEnd >= 0 && from + lineEnd + 1 < size) await file.truncate(from + lineEnd + 1);
}
