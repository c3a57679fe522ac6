// The options of `start`: for one login, and for a file of them.
import { Option, type Command } from 'commander';
import { priorities } from '../client/priority.js';
import { concurrency, count, duration, rate } from './arguments.js';

/** Adds the options of `start`. */
export function startOptions(command: Command): Command {
  command
    .option('--login-id <guid>', 'retrieve what belongs to this LoginId')
    .option('--institution <name>', 'log in with credentials at this institution; needs --username')
    .option('--username <name>', 'the username; the password is asked for or read from stdin')
    .option('--input <file>', 'the whole input as JSON from a file, or from stdin with "-"')
    .option('--workflow-id <id>', 'for credentials: an opaque id of your own')
    .addOption(oneOf('--mode <mode>', 'stored data, or a login at the bank', ['cached', 'live']))
    .addOption(oneOf('--on-session-lost <way>', 'what to do when the session is gone', ['fail', 'cached', 'live']))
    .addOption(oneOf('--language <language>', 'of the bank’s questions', ['en', 'fr']))
    .option('--no-save', 'do not let Flinks keep data and credentials')
    .addOption(oneOf('--days <period>', 'of transactions', ['Days90', 'Days365']))
    .option('--interval <duration>', 'time between polls, such as "30 seconds"')
    .option('--deadline <duration>', 'how long to poll, such as "30 minutes"')
    .option('--answer-within <duration>', 'time for each round of answers')
    .option('--max-challenge-rounds <n>', 'how many rounds the bank may ask', count)
    .option('--tag <text>', 'free text that Flinks echoes')
    .addOption(new Option('--priority <priority>', 'interactive goes first, batch last').choices(priorities))
    .option('--tenant <name>', 'runs of one priority are shared out by tenant; readable in Temporal')
    .option('--tenant-weight <n>', 'the share of this tenant beside the others; 1 unless given', Number)
    .option('--wait', 'wait for the result, or with --from-file for the outcome of every run')
    .addOption(
      new Option('--timeout <duration>', 'stop waiting after this time, such as "10 minutes"; runs go on').argParser(
        duration,
      ),
    );
  const one = ['loginId', 'institution', 'username', 'input', 'workflowId'];
  return command
    .addOption(
      new Option('--from-file <file>', 'start one login per line: a LoginId or JSON; "-" reads stdin').conflicts(one),
    )
    .option('--report <file>', 'with --from-file: keeps the outcomes, so that a stopped batch can go on')
    .addOption(
      new Option('--concurrency <n>', 'with --from-file: work on this many logins at once')
        .default(100)
        .argParser(concurrency),
    )
    .addOption(new Option('--rate <n>', 'with --from-file: at most this many starts per second').argParser(rate))
    .option('--check', 'with --from-file: name the lines that do not fit, and start nothing');
}

/** An option whose values are shown and completed. Whether one fits is checked with the whole input, every fault at once. */
const oneOf = (flags: string, description: string, argChoices: string[]): Option =>
  Object.assign(new Option(flags, description), { argChoices });
