// The command line of backends and operators.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import * as runs from './cli/commands.js';
import type { Connect, RunOptions } from './cli/commands.js';
import { deployCommands } from './cli/deploy.js';
import { doctor } from './cli/doctor.js';
import { forget, type ForgetOptions } from './cli/forget.js';
import { listKeys, newKey } from './cli/keys.js';
import { exitCode, report, usageError, writeJson, type ExitCode } from './cli/output.js';
import { connectClient, type AccountDetailsClient } from './client.js';
import { accountDetailsWorkflowId, milliseconds, stages, type Stage } from './contract.js';
import { isMainModule } from './main-module.js';
import { priorities } from './priority.js';

type Action<Options> = (connect: Connect, options: Options, run: string | undefined) => Promise<ExitCode>;

/** Runs one command. Resolves to its exit code; nothing is thrown. */
export async function main(args: string[]): Promise<ExitCode> {
  const json = args.includes('--json');
  let exit: ExitCode = exitCode.ok;
  const program = commands((code) => (exit = code));
  try {
    await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) return report(error, json);
    // Help and version are no errors; commander has already written what it had to say of the others.
    if (error.exitCode === 0) return exitCode.ok;
    if (json) writeJson({ error: { code: 'Usage', message: error.message.replace(/^error: /, '') } });
    return exitCode.usage;
  }
}

/** The commands and their options. `exitWith` gets the exit code of the one that was run. */
export function commands(exitWith: (code: ExitCode) => void): Command {
  const program = new Command('starter')
    .description('Starts, answers and follows retrievals of bank account details. One run per LoginId.')
    .exitOverride()
    .showHelpAfterError('Add --help for what this command takes.')
    .addHelpText('after', examples);

  const command = <Options extends { json?: boolean }>(
    name: string,
    description: string,
    action: Action<Options>,
  ): Command =>
    program
      .command(name)
      .description(description)
      .option('--json', 'write exactly one JSON document to stdout')
      .action(async (...given: unknown[]) => {
        const [run, options] =
          given.length > 2 ? (given as [string | undefined, Options]) : [undefined, given[0] as Options];
        exitWith(await withConnection((connect) => action(connect, options, run)));
      });

  const onRun = (
    name: string,
    description: string,
    action: (client: AccountDetailsClient, id: string, options: RunOptions) => Promise<ExitCode>,
  ) =>
    command<RunOptions>(name, description, async (connect, options, run) => {
      const id = runId(options, run);
      return action(await connect(), id, options);
    })
      .argument('[run]', 'workflow id or LoginId of the run')
      .option('--login-id <guid>', 'the run of this LoginId')
      .option('--workflow-id <id>', 'the run with this workflow id');

  const timeout = (): Option =>
    new Option('--timeout <duration>', 'stop waiting after this time, such as "10 minutes"; the run goes on').argParser(
      duration,
    );

  startCommand(command('start', 'start a run, or join the open one of the same login', runs.start)).addOption(
    timeout(),
  );
  onRun('answer', 'answer the bank: asked at the terminal, or JSON {"<prompt>": "<answer>"} from stdin', runs.answer);
  onRun('status', 'where a run stands', runs.status);
  onRun('watch', 'follow a run until it has ended', runs.watch).addOption(timeout());
  onRun('result', 'wait for a run and print its result', runs.result).addOption(timeout());
  onRun('cancel', 'cancel a run and wait until it is closed', runs.cancel);
  command<{ stage?: Stage; institution?: string; limit: number; json?: boolean }>('list', 'list runs', runs.list)
    .addOption(new Option('--stage <stage>', 'runs in this stage').choices(stages))
    .option('--institution <name>', 'runs of this institution')
    .addOption(new Option('--limit <n>', 'at most this many').default(50).argParser(count));
  program
    .command('doctor')
    .description('check configuration, server, search attributes, workers and Flinks')
    .option('--json', 'write exactly one JSON document to stdout')
    .action(async ({ json = false }: { json?: boolean }) => exitWith(await doctor(json)));
  forgetCommand(program.command('forget')).action(async (options: ForgetOptions) => exitWith(await forget(options)));
  deployCommands(program.command('deploy'), exitWith);
  const keys = program.command('keys').description('payload keys, for PAYLOAD_KEYS');
  keys
    .command('new')
    .description('make a key and print it as id:base64')
    .option('--id <id>', 'the id under which payloads name it; today’s date unless given')
    .option('--json', 'write exactly one JSON document to stdout')
    .action((options: { id?: string; json?: boolean }) => exitWith(newKey(options)));
  keys
    .command('list')
    .description('the ids of the configured keys, and which one encrypts')
    .option('--json', 'write exactly one JSON document to stdout')
    .action((options: { json?: boolean }) => exitWith(listKeys(options)));
  return program;
}

const forgetCommand = (command: Command): Command =>
  command
    .description('delete closed runs with their histories and stored payloads, for good')
    .addOption(new Option('--login-id <guid>', 'every run of this LoginId').argParser(loginGuid))
    .addOption(new Option('--workflow-id <id>', 'every run with this workflow id').conflicts('loginId'))
    .addOption(
      new Option('--older-than <duration>', 'runs that closed this long ago, such as "90 days"')
        .argParser(duration)
        .conflicts(['loginId', 'workflowId']),
    )
    .option('--delete-card', 'with --login-id: delete the card at Flinks too; needs the FLINKS_… variables')
    .option('--yes', 'with --older-than: do not ask')
    .option('--json', 'write exactly one JSON document to stdout');

const startCommand = (command: Command): Command =>
  command
    .option('--login-id <guid>', 'retrieve what belongs to this LoginId')
    .option('--institution <name>', 'log in with credentials at this institution; needs --username')
    .option('--username <name>', 'the username; the password is asked for or read from stdin')
    .option('--input <file>', 'the whole input as JSON from a file, or from stdin with "-"')
    .option('--workflow-id <id>', 'for credentials: an opaque id of your own')
    .option('--mode <mode>', 'cached (stored data) or live (a login at the bank)')
    .option('--on-session-lost <way>', 'fail, or open a new session: cached or live')
    .option('--language <language>', 'en or fr')
    .option('--no-save', 'do not let Flinks keep data and credentials')
    .option('--days <period>', 'Days90 or Days365 of transactions')
    .option('--interval <duration>', 'time between polls, such as "30 seconds"')
    .option('--deadline <duration>', 'how long to poll, such as "30 minutes"')
    .option('--answer-within <duration>', 'time for each round of answers')
    .option('--max-challenge-rounds <n>', 'how many rounds the bank may ask', count)
    .option('--tag <text>', 'free text that Flinks echoes')
    .addOption(new Option('--priority <priority>', 'interactive goes first, batch last').choices(priorities))
    .option('--tenant <name>', 'runs of one priority take turns by tenant; readable in Temporal')
    .option('--tenant-weight <n>', 'the share of this tenant beside the others; 1 unless given', Number)
    .option('--wait', 'wait for the result');

/** Connects when an action asks for it, and closes the connection after it. */
async function withConnection(use: (connect: Connect) => Promise<ExitCode>): Promise<ExitCode> {
  let client: AccountDetailsClient | undefined;
  try {
    return await use(async () => (client ??= await connectClient()));
  } finally {
    await client?.close();
  }
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function runId({ loginId, workflowId }: RunOptions, run: string | undefined): string {
  const named = [loginId, workflowId, run].filter((one) => one !== undefined);
  if (named.length !== 1) throw usageError('Name one run: its workflow id, its LoginId, --login-id or --workflow-id.');
  if (loginId !== undefined && !guid.test(loginId)) throw usageError('--login-id must be a GUID.');
  const id = loginId ?? workflowId ?? run ?? '';
  return workflowId === undefined && guid.test(id) ? accountDetailsWorkflowId(id) : id;
}

function loginGuid(text: string): string {
  if (!guid.test(text)) throw new InvalidArgumentError('It must be a GUID.');
  return text;
}

function duration(text: string): number {
  const ms = milliseconds(text);
  if (!(ms > 0)) throw new InvalidArgumentError('It must be a duration such as "30 seconds".');
  return ms;
}

function count(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}

const examples = `
Examples:
  $ npm run starter -- start --login-id 5c000001-0000-4000-8000-000000000001 --wait
  $ npm run starter -- answer 5c000001-0000-4000-8000-000000000001
  $ echo '{"What city were you born in?": "Montreal"}' | npm run starter -- answer --login-id 5c000001-…
  $ npm run starter -- watch account-details-5c000001-0000-4000-8000-000000000001
  $ npm run starter -- list --stage awaitingAnswers --json
  $ npm run starter -- forget --login-id 5c000001-0000-4000-8000-000000000001 --delete-card
  $ npm run --silent starter -- keys new

Exit codes: 0 done · 1 failed, refused or not there · 2 usage or configuration · 3 an answer is needed
            4 --timeout reached · 5 no Temporal server within 5 s`;

if (isMainModule(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
