// `start --from-file`: thousands of logins, each started once, however often the command is stopped and run again.
import { setMaxListeners } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountDetailsClient } from '../../client.js';
import {
  batchWorkflowId,
  countLogins,
  openLogins,
  readLogins,
  type BadLine,
  type BatchLogin,
  type ReadOptions,
} from './logins.js';
import { isSettled, openReport, type BatchReport } from './report.js';
import { runLogin } from './run-login.js';
import { createTally, isFailure, outcomesTable, sum, type Tally } from './tally.js';
import type { Connect } from '../commands.js';
import { priorityOf, type PriorityOptions } from '../../client/priority.js';
import { fieldsBesideLogin, type InputOptions } from '../input.js';
import { liveLine, type LiveLine } from '../terminal/live-line.js';
import { CommandError, exitCode, say, usageError, writeJson, type ExitCode } from '../terminal/output.js';
import { starterCommand } from '../../contract/copyable.js';
import { screenOf } from '../terminal/screen.js';

export interface BatchOptions extends InputOptions, PriorityOptions {
  fromFile: string;
  report?: string;
  concurrency: number;
  /** Starts per second. */
  rate?: number;
  check?: boolean;
  wait?: boolean;
  timeout?: number;
  json?: boolean;
}

/** Everything that the work on a batch shares. */
interface Batch {
  options: BatchOptions;
  report: BatchReport;
  tally: Tally;
  line: LiveLine;
  /** Aborted by whatever ends the batch early; the reason is the error with which the command then ends. */
  stop: AbortController;
}

/** Runs a batch. What was started goes on, whatever ends the command. */
export async function startFromFile(connect: Connect, options: BatchOptions): Promise<ExitCode> {
  const { fromFile, timeout } = options;
  // Before anything is read or started.
  priorityOf(options);
  if (options.check) return check(options);
  const reportFile = options.report ?? (fromFile === '-' ? undefined : `${fromFile}.report.ndjson`);
  if (reportFile === undefined)
    throw usageError('--from-file - needs --report: a file from which the batch can go on if it is stopped.');
  const logins = await openLogins(fromFile);
  const total = fromFile === '-' ? undefined : await countLogins(fromFile);
  const client = await connect();
  const report = await openReport(reportFile);
  const line = liveLine(process.stderr);
  const batch: Batch = {
    options,
    report,
    tally: createTally(total, Date.now()),
    line,
    stop: new AbortController(),
  };
  // Every login that is waited for listens to it.
  setMaxListeners(0, batch.stop.signal);
  const release = stopWhenTold(batch.stop, timeout);
  const draw = (keep: boolean): void => line.show(batch.tally.line(Date.now()), keep);
  const timers = [setInterval(draw, 1_000, false), setInterval(draw, 10_000, true)];
  try {
    const queue = toStart(batch, logins);
    await Promise.all(Array.from({ length: options.concurrency }, () => work(batch, client, queue)));
  } finally {
    timers.forEach(clearInterval);
    release();
    logins.destroy();
    await report.close();
    draw(true);
    line.end();
  }
  return conclude(batch, reportFile);
}

type Startable = BatchLogin & { workflowId: string };

/** The logins that are still to be started, at the rate that was asked for. Ends when the batch is to stop. */
async function* toStart(batch: Batch, logins: Readable): AsyncGenerator<Startable> {
  const { options, report, tally, stop } = batch;
  const { signal } = stop;
  const pause = options.rate === undefined ? 0 : 1_000 / options.rate;
  let dueAt = 0;
  for await (const read of readLogins(logins, { ...readOptions(options), signal })) {
    if (signal.aborted) return;
    if ('problem' in read) {
      tally.badLine();
      tellBadLine(read, options.json, (text) => batch.line.above(text));
      continue;
    }
    const workflowId = batchWorkflowId(report.batch, read.input);
    const known = report.outcomeOf(workflowId);
    if (known !== undefined && isSettled(known, options.wait === true)) {
      tally.count(known, true);
      continue;
    }
    dueAt = Math.max(Date.now(), dueAt + pause);
    if (dueAt > Date.now()) await sleep(dueAt - Date.now(), undefined, { signal });
    yield { ...read, workflowId };
  }
}

/** Takes one login after the other until there are no more. The first error ends the work of all. */
async function work(batch: Batch, client: AccountDetailsClient, queue: AsyncGenerator<Startable>): Promise<void> {
  const { options, report, tally, stop } = batch;
  try {
    for await (const { workflowId, ...login } of { [Symbol.asyncIterator]: () => ({ next: () => queue.next() }) }) {
      tally.opened(1);
      const { wait = false, priority, tenant, tenantWeight } = options;
      const priorityOptions = {
        ...(priority !== undefined && { priority }),
        ...(tenant !== undefined && { tenant }),
        ...(tenantWeight !== undefined && { tenantWeight }),
      };
      const how = { batch: report.batch, workflowId, wait, priorityOptions, signal: stop.signal };
      const record = await runLogin(client, login, how).finally(() => tally.opened(-1));
      await report.write(record);
      tally.count(record.outcome);
      if (options.json) writeJson(record);
    }
  } catch (error) {
    if (!stop.signal.aborted) stop.abort(error);
  }
}

/** Ends the batch by Ctrl-C, SIGTERM or after `timeoutMs`. Returns what takes that back. */
function stopWhenTold(stop: AbortController, timeoutMs: number | undefined): () => void {
  const interrupted = (): void =>
    stop.abort(new CommandError('Interrupted', 'No more logins are started.', exitCode.interrupted));
  const late = (): void => stop.abort(new CommandError('Timeout', 'The time to wait is over.', exitCode.timedOut));
  const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  return () => {
    clearTimeout(timer);
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  };
}

/** Says what became of the logins and how to go on, and throws what ended the batch early. */
function conclude({ options, tally, stop }: Batch, reportFile: string): ExitCode {
  const { outcomes, badLines } = tally;
  if (options.json) writeJson({ summary: { outcomes: Object.fromEntries(outcomes), badLines } });
  else process.stdout.write(outcomesTable(tally, screenOf(process.stdout)));
  const again = `Run the same command again to go on from ${reportFile}: no login is started twice.`;
  if (stop.signal.aborted) {
    say(`What was started goes on without this command. ${again}`);
    throw stop.signal.reason;
  }
  const answers = outcomes.get('AnswerNeeded') ?? 0;
  if (answers > 0) {
    say(
      `${answers} ${answers === 1 ? 'login needs' : 'logins need'} an answer: ${starterCommand} list --stage awaitingAnswers`,
    );
    say(`Then run the same command again to see how they ended.`);
    return exitCode.answerNeeded;
  }
  if (outcomes.size === 0) return exitCode.usage;
  return badLines > 0 || sum(outcomes, isFailure) > 0 ? exitCode.failed : exitCode.ok;
}

/** Names every line that does not fit, and starts nothing. */
async function check({ json, ...options }: BatchOptions): Promise<ExitCode> {
  const counts = { logins: 0, badLines: 0 };
  for await (const read of readLogins(await openLogins(options.fromFile), readOptions(options))) {
    if ('problem' in read) tellBadLine(read, json, say);
    counts['problem' in read ? 'badLines' : 'logins'] += 1;
  }
  if (json) writeJson({ summary: counts });
  else process.stdout.write(`${counts.logins} logins, ${counts.badLines} bad lines\n`);
  return counts.badLines > 0 || counts.logins === 0 ? exitCode.usage : exitCode.ok;
}

const readOptions = (options: BatchOptions): ReadOptions => ({
  defaults: fieldsBesideLogin(options),
  credentials: options.fromFile === '-' ? 'allowed' : 'refused',
});

function tellBadLine(
  { line, problem, fields }: BadLine,
  json: boolean | undefined,
  tell: (text: string) => void,
): void {
  if (json) writeJson({ line, outcome: 'BadLine', message: problem, ...(fields && { fields }) });
  else tell(`line ${line}: ${problem}`);
}
