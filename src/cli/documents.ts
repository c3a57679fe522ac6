// What each command prints with --json. A new command is added to `documents`, and `npm run schemas` publishes it: until
// then the tests refuse what it prints. Words are added here and never renamed.
import type { WorkflowExecutionStatusName } from '@temporalio/client';
import { z } from 'zod';
import type { ErrorCode } from '../contract/errors.js';
import {
  answerOutcomeSchema,
  failureTypes,
  progressSchema,
  rejectionTypes,
  resultSchema,
  stages,
  type FailureType,
  type RejectionType,
} from '../contract.js';

/** Codes of the command line's own errors. */
type CommandCode =
  | 'Usage'
  | 'Configuration'
  | 'AnswerNeeded'
  | 'Timeout'
  | 'RunOpen'
  | 'RunsStillFound'
  | 'PayloadStore'
  | 'NotConfirmed'
  | 'NotCurrent'
  | 'Interrupted'
  | 'Unexpected';

// An object and no list, so that the compiler misses a code that is added elsewhere and not here.
const otherCodes: Record<Exclude<ErrorCode, FailureType | RejectionType> | CommandCode, true> = {
  InputConflict: true,
  NoSuchRun: true,
  RunClosed: true,
  Cancelled: true,
  Terminated: true,
  TimedOut: true,
  RunFailed: true,
  NoWorker: true,
  NoSuchNamespace: true,
  NoSearchAttributes: true,
  ServerUnreachable: true,
  AccessDenied: true,
  InvalidRequest: true,
  ServerBusy: true,
  ServerError: true,
  UnreadablePayload: true,
  WaitTimedOut: true,
  WaitAborted: true,
  Usage: true,
  Configuration: true,
  AnswerNeeded: true,
  Timeout: true,
  RunOpen: true,
  RunsStillFound: true,
  PayloadStore: true,
  NotConfirmed: true,
  NotCurrent: true,
  Interrupted: true,
  Unexpected: true,
};

/** Every code that an error of the command line can have. */
export const errorCodes = [...failureTypes, ...rejectionTypes, ...Object.keys(otherCodes)];

/** What any command prints in place of its document if it ends with an error. `fields` never holds a value. */
export const errorDocument = z.object({
  error: z.object({
    code: z.enum(errorCodes),
    message: z.string(),
    fields: z.array(z.string()).optional(),
  }),
});

const statuses = [
  'UNSPECIFIED',
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'TERMINATED',
  'CONTINUED_AS_NEW',
  'TIMED_OUT',
  'PAUSED',
  'UNKNOWN',
] as const satisfies WorkflowExecutionStatusName[];

const run = z.object({ workflowId: z.string(), runId: z.string() });
const started = run.extend({
  started: z.boolean().describe('False if an open run with the same input was joined.'),
});
const status = run.extend({
  status: z.enum(statuses),
  progress: progressSchema.optional().describe('Absent if no worker answered.'),
});
const listed = run.extend({
  status: z.enum(statuses),
  stage: z.enum(stages).optional(),
  since: z.iso.datetime().optional(),
  institution: z.string().optional(),
  lastFlinksCode: z.string().optional(),
});
const forgotten = {
  runs: z.int().min(0),
  payloads: z.int().min(0).optional().describe('Absent if no payload storage is configured.'),
  card: z.enum(['deleted', 'unknown']).optional().describe('Present with --delete-card.'),
};
const deployment = z.object({
  deployment: z.string(),
  current: z.string().optional().describe('The build that takes new runs.'),
  settled: z.boolean().describe('Whether the whole task queue knows the current build.'),
  builds: z.array(
    z.object({ buildId: z.string(), status: z.enum(['current', 'ramping', 'draining', 'drained', 'inactive']) }),
  ),
});
const finding = z.object({
  check: z.string(),
  ok: z.boolean().describe('False for a fault.'),
  state: z.enum(['ok', 'warning', 'fault', 'skipped']),
  note: z.string().describe('What was found.'),
  fix: z.string().optional().describe('What to do about it.'),
});
const count = z.int().min(0);
const badLine = z.object({
  line: count,
  outcome: z.literal('BadLine'),
  message: z.string(),
  fields: z.array(z.string()).optional(),
});
const ofBatch = z.union([
  z.object({
    line: count,
    workflowId: z.string(),
    runId: z.string().optional().describe('Absent if no run was started.'),
    outcome: z.string().describe('completed, started, joined, AnswerNeeded or the code of an error.'),
    message: z.string().optional(),
  }),
  badLine,
  z.object({ summary: z.object({ outcomes: z.record(z.string(), count), badLines: count }) }),
]);
const ofCheckedBatch = z.union([badLine, z.object({ summary: z.object({ logins: count, badLines: count }) })]);

interface Printed {
  document: z.ZodType;
  /** `one` document in all, or `lines`: any number of them, one a line. */
  as: 'one' | 'lines';
}

const one = (document: z.ZodType): Printed => ({ document, as: 'one' });
const lines = (document: z.ZodType): Printed => ({ document, as: 'lines' });

/** What commands print, by their words and by the options that change it: the longest name that fits a call holds. */
export const documents: Record<string, Printed> = {
  start: one(started),
  'start --wait': one(started.extend({ result: resultSchema })),
  'start --from-file': lines(ofBatch),
  'start --from-file --check': lines(ofCheckedBatch),
  answer: one(answerOutcomeSchema),
  status: one(status),
  watch: lines(status),
  result: one(resultSchema),
  cancel: one(z.object({ workflowId: z.string(), cancelled: z.literal(true) })),
  list: one(z.array(listed)),
  doctor: one(z.array(finding)),
  forget: one(
    z.union([
      z.object({ workflowId: z.string(), ...forgotten }),
      z.object({ closedBefore: z.iso.datetime(), ...forgotten }),
    ]),
  ),
  'deploy set-current': one(deployment),
  'deploy status': one(deployment),
  'keys new': one(z.object({ id: z.string(), key: z.string().regex(/^[A-Za-z0-9+/]{43}=$/) })),
  'keys list': one(z.array(z.object({ id: z.string(), encrypts: z.boolean() }))),
};
