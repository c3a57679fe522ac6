// What the commands on runs do, each with its exit code.
import { checkInput, isOpen, type AccountDetailsClient } from '../client.js';
import type { Stage } from '../contract.js';
import { commandOn, shownId } from '../contract/copyable.js';
import { priorityOf, type PriorityOptions } from '../client/priority.js';
import { askChallenges, isInteractive, pipedAnswers, readStdin } from './terminal/ask.js';
import { follow } from './follow.js';
import { readInput, type InputOptions } from './input.js';
import { CommandError, exitCode, print, report, say, writeJson, type ExitCode } from './terminal/output.js';
import { answerHint } from './terminal/questions.js';
import { painted, screenOf } from './terminal/screen.js';
import { accountsTable, colourOfRun, runsTable } from './tables.js';
import { watchLine } from './terminal/watch-line.js';

/** What commands on a run take. */
export interface CommandOptions {
  loginId?: string;
  workflowId?: string;
  json?: boolean;
  timeout?: number;
}

/** Connects on demand: a command whose input is bad asks no server. */
export type Connect = () => Promise<AccountDetailsClient>;

export async function start(
  connect: Connect,
  options: InputOptions & CommandOptions & PriorityOptions & { wait?: boolean },
): Promise<ExitCode> {
  const { json, wait, timeout: timeoutMs } = options;
  const input = await readInput(options);
  // Before the server is asked for: a bad input is the caller's to correct, whether or not there is a server.
  checkInput(input);
  priorityOf(options);
  const client = await connect();
  const run = await client.start(input, options);
  if (!wait) {
    if (json) writeJson(run);
    else print(`${run.started ? 'started' : 'joined'} ${shownId(run.workflowId)} (run ${run.runId})`);
    if (!json) say(`Follow it with: ${commandOn('watch', run.workflowId)}`);
    return exitCode.ok;
  }
  say(`${run.started ? 'started' : 'joined'} ${shownId(run.workflowId)}`);
  const { runId } = run;
  await follow(client, run.workflowId, { runId, timeoutMs, show: json ? 'none' : 'line' });
  const retrieved = await client.result(run.workflowId, { runId });
  if (json) writeJson({ ...run, result: retrieved });
  else process.stdout.write(accountsTable(retrieved));
  return exitCode.ok;
}

export async function answer(
  client: AccountDetailsClient,
  workflowId: string,
  { json, round: seen }: CommandOptions & { round?: number },
): Promise<ExitCode> {
  const { challenges = [], deadline, stage, round, requestId } = await client.progress(workflowId);
  // Asked for before anybody types: a person would answer a question that is no longer open.
  if (challenges.length === 0 && isInteractive())
    throw new CommandError(
      'NoChallengeOpen',
      `The bank asks nothing of ${shownId(workflowId)} now: it is ${stage}.`,
      exitCode.failed,
    );
  const given = isInteractive()
    ? { answers: await askChallenges(challenges, { deadline }) }
    : pipedAnswers(await readStdin(), challenges);
  // For the question that was open before anybody answered, and for no later one.
  const outcome = await client.answer(workflowId, { round: seen ?? round, requestId: requestId ?? null, ...given });
  if (json) writeJson(outcome);
  else say(`The answer was taken for round ${outcome.round}. Follow the run with: ${commandOn('watch', workflowId)}`);
  return exitCode.ok;
}

export async function status(
  client: AccountDetailsClient,
  workflowId: string,
  { json }: CommandOptions,
): Promise<ExitCode> {
  const found = await client.status(workflowId);
  if (json) {
    writeJson(found);
    return exitCode.ok;
  }
  const screen = screenOf(process.stdout);
  const { runId, status: state, progress } = found;
  const colour = colourOfRun({ status: state, stage: progress?.stage });
  print(`${shownId(workflowId)} (run ${runId})`);
  process.stdout.write(`${painted(screen, colour, state)}\n`);
  print(watchLine(found, Date.now()));
  if (state === 'RUNNING' && progress?.challenges) print(answerHint(found, Date.now()));
  // Why it ended, and what to do now, is in the failure.
  if (state === 'COMPLETED') print(`Its accounts: ${commandOn('result', workflowId)}`);
  else if (!isOpen(state)) await client.result(workflowId, { runId }).catch((error: unknown) => report(error, false));
  return exitCode.ok;
}

export async function watch(
  client: AccountDetailsClient,
  workflowId: string,
  { json, timeout: timeoutMs }: CommandOptions,
): Promise<ExitCode> {
  const last = await follow(client, workflowId, { timeoutMs, show: json ? 'json' : 'line' });
  const { runId } = last;
  if (last.status === 'COMPLETED') return exitCode.ok;
  // The lines on stdout have told a program everything; a person wants the reason.
  if (!json) await client.result(workflowId, { runId }).catch((error: unknown) => report(error, false));
  return exitCode.failed;
}

export async function result(
  client: AccountDetailsClient,
  workflowId: string,
  { json, timeout: timeoutMs }: CommandOptions,
): Promise<ExitCode> {
  const { runId } = await follow(client, workflowId, { timeoutMs, show: json ? 'none' : 'line' });
  const retrieved = await client.result(workflowId, { runId });
  if (json) writeJson(retrieved);
  else process.stdout.write(accountsTable(retrieved));
  return exitCode.ok;
}

export async function cancel(
  client: AccountDetailsClient,
  workflowId: string,
  { json }: CommandOptions,
): Promise<ExitCode> {
  await client.cancel(workflowId);
  if (json) writeJson({ workflowId, cancelled: true });
  else say(`${shownId(workflowId)} is cancelled and closed.`);
  return exitCode.ok;
}

export async function list(
  connect: Connect,
  { json, ...filter }: { stage?: Stage; institution?: string; limit: number; json?: boolean },
): Promise<ExitCode> {
  const runs = [];
  const client = await connect();
  for await (const run of client.list(filter)) runs.push(run);
  if (json) writeJson(runs);
  else process.stdout.write(runsTable(runs));
  return exitCode.ok;
}
