// What the command line says, and with which exit code. Documents go to stdout, everything else to stderr.
import { AccountDetailsError, InputError } from '../../contract/errors.js';
import { harmlessJson, harmlessLines } from '../../contract/harmless.js';
import { ConfigurationError } from '../../config/configuration-error.js';

export const exitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  answerNeeded: 3,
  timedOut: 4,
  unreachable: 5,
  /** By Ctrl-C or SIGTERM, as shells count it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Ends a command with a message, a stable code and an exit code. */
export class CommandError extends Error {
  readonly code: string;
  readonly exit: ExitCode;

  constructor(code: string, message: string, exit: ExitCode) {
    super(message);
    this.code = code;
    this.exit = exit;
  }
}

export const usageError = (message: string): CommandError => new CommandError('Usage', message, exitCode.usage);

/** Writes the one document of a command, or a line of a stream, as JSON. */
export const writeJson = (document: unknown): boolean => process.stdout.write(`${harmlessJson(document)}\n`);

/** Writes a message for people. */
export const say = (message: string): boolean => process.stderr.write(`${harmlessLines(message)}\n`);

/** Writes for people what a command was asked for. Colours are ours: they are added to what is harmless already. */
export const print = (text: string): boolean => process.stdout.write(`${harmlessLines(text)}\n`);

/** Reports an error in words, or as the document of a `--json` command, and returns the exit code. */
export function report(error: unknown, json: boolean): ExitCode {
  const { code, message, exit, fields } = describe(error);
  if (json) writeJson({ error: { code, message, ...(fields && { fields }) } });
  else say(message);
  return exit;
}

function describe(error: unknown): { code: string; message: string; exit: ExitCode; fields?: string[] } {
  if (error instanceof CommandError) return error;
  if (error instanceof ConfigurationError)
    return {
      code: 'Configuration',
      message: error.message,
      exit: exitCode.usage,
      fields: error.variables,
    };
  if (error instanceof InputError) {
    const exit = error.code === 'InvalidInput' ? exitCode.usage : exitCode.failed;
    return { code: error.code, message: error.message, exit, fields: error.fields };
  }
  if (error instanceof AccountDetailsError) {
    const exit = error.code === 'ServerUnreachable' ? exitCode.unreachable : exitCode.failed;
    return { code: error.code, message: error.message, exit };
  }
  return {
    code: 'Unexpected',
    message: error instanceof Error ? error.message : 'Something failed.',
    exit: exitCode.failed,
  };
}
