// The command line of backends and operators. What a command does is loaded when it is run, so that help is there at once
// and needs neither Temporal's client nor the schemas.
import { Command, CommanderError, Option } from 'commander';
import { count, duration, loginGuid } from './cli/arguments.js';
import type { BatchOptions } from './cli/batch/batch.js';
import type { Connect, CommandOptions } from './cli/commands.js';
import { deployCommands } from './cli/deploy/command.js';
import { addExamples } from './cli/examples.js';
import type { ForgetOptions } from './cli/forget/forget.js';
import type { InputOptions } from './cli/input.js';
import { exitCode, report, usageError, writeJson, type ExitCode } from './cli/terminal/output.js';
import { startOptions } from './cli/start-command.js';
import { harmlessLines } from './contract/harmless.js';
import { ownVersion } from './process/version.js';
import type { AccountDetailsClient } from './client.js';
import { runProgram } from './process/program.js';
import { stages, type Stage } from './contract/stages.js';

const loadCommands = () => import('./cli/commands.js');
const loadKeys = () => import('./cli/keys.js');

type Action<Options> = (connect: Connect, options: Options, named: string | undefined) => Promise<ExitCode>;

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
    // Help and version are not errors. Commander has already reported the others.
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
    .configureOutput({ outputError: (text, write) => write(harmlessLines(text)) })
    .version(ownVersion())
    .showHelpAfterError('Add --help for what this command takes.');

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
        const [named, options] =
          given.length > 2 ? (given as [string | undefined, Options]) : [undefined, given[0] as Options];
        exitWith(await withConnection((connect) => action(connect, options, named)));
      });

  const onRun = (name: 'answer' | 'status' | 'watch' | 'result' | 'cancel', description: string) =>
    command<CommandOptions>(name, description, async (connect, options, named) => {
      const [{ [name]: action }, { namedWorkflowId }] = await Promise.all([
        loadCommands(),
        import('./cli/named-run.js'),
      ]);
      const workflowId = namedWorkflowId(options, named);
      return action(await connect(), workflowId, options);
    })
      .argument('[run]', 'workflow id or LoginId of the run')
      .option('--login-id <guid>', 'the run of this LoginId')
      .option('--workflow-id <id>', 'the run with this workflow id');

  const timeout = (): Option =>
    new Option('--timeout <duration>', 'stop waiting after this time, such as "10 minutes"; the run goes on').argParser(
      duration,
    );

  startOptions(command('start', 'start a run, or join the open one of the same login; or those of a file', start));
  onRun('answer', 'answer the bank: asked at the terminal, or JSON {"<prompt>": "<answer>"} from stdin').addOption(
    new Option('--round <n>', 'the round whose question was seen; a later one is not answered').argParser(count),
  );
  onRun('status', 'where a run stands');
  onRun('watch', 'follow a run until it has ended').addOption(timeout());
  onRun('result', 'wait for a run and print its result').addOption(timeout());
  onRun('cancel', 'cancel a run and wait until it is closed');
  command<{ stage?: Stage; institution?: string; limit: number; json?: boolean }>(
    'list',
    'list runs',
    async (connect, options) => (await loadCommands()).list(connect, options),
  )
    .addOption(new Option('--stage <stage>', 'runs in this stage').choices(stages))
    .option('--institution <name>', 'runs of this institution')
    .addOption(new Option('--limit <n>', 'at most this many').default(50).argParser(count));
  program
    .command('doctor')
    .description('check configuration, server, search attributes, workers and Flinks')
    .option('--json', 'write exactly one JSON document to stdout')
    .action(async ({ json = false }: { json?: boolean }) =>
      exitWith(await (await import('./cli/doctor/doctor.js')).doctor(json)),
    );
  forgetCommand(program.command('forget')).action(async (options: ForgetOptions) =>
    exitWith(await (await import('./cli/forget/forget.js')).forget(options)),
  );
  deployCommands(program.command('deploy'), exitWith);
  const keys = program.command('keys').description('payload keys, for PAYLOAD_KEYS');
  keys
    .command('new')
    .description('make a key and print it as id:base64')
    .option('--id <id>', 'the id under which payloads name it; today’s date unless given')
    .option('--json', 'write exactly one JSON document to stdout')
    .action(async (options: { id?: string; json?: boolean }) => exitWith((await loadKeys()).newKey(options)));
  keys
    .command('list')
    .description('the ids of the configured keys, and which one encrypts')
    .option('--json', 'write exactly one JSON document to stdout')
    .action(async (options: { json?: boolean }) => exitWith((await loadKeys()).listKeys(options)));
  addExamples(program);
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

/** One login by its options, or those of a file. */
async function start(connect: Connect, options: (InputOptions & CommandOptions) | BatchOptions): Promise<ExitCode> {
  if ('fromFile' in options) return (await import('./cli/batch/batch.js')).startFromFile(connect, options);
  const only = (['report', 'rate', 'check'] as const).find((name) => name in options);
  if (only !== undefined) throw usageError(`--${only} needs --from-file.`);
  return (await loadCommands()).start(connect, options);
}

/** Connects when an action asks for it, and closes the connection after it. */
async function withConnection(use: (connect: Connect) => Promise<ExitCode>): Promise<ExitCode> {
  let client: AccountDetailsClient | undefined;
  try {
    return await use(async () => (client ??= await (await import('./client.js')).connectClient()));
  } finally {
    await client?.close();
  }
}

await runProgram(import.meta.url, 'command line', async () => {
  // Whoever reads the output, such as `head`, may have read enough of it.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return main(process.argv.slice(2));
});
