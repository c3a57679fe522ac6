// How a program of ours starts, fails and is told to stop. They all do it alike: whoever knows one of them knows all.
import { ConfigurationError } from '../config/configuration-error.js';
import { ServerUnreachableError } from '../contract/errors.js';
import { isMainModule } from './main-module.js';

/** Does the work of a program and resolves to its exit code. */
export type Main = () => Promise<number>;

/**
 * Runs `main` if Node was started with this module, and does nothing if the module was only imported. `name` is what
 * people call the program.
 */
export async function runProgram(moduleUrl: string, name: string, main: Main): Promise<void> {
  if (!isMainModule(moduleUrl)) return;
  // Node itself would print everything that the error holds.
  process.on('uncaughtException', (error) => void logFailure(name, error).finally(() => process.exit(1)));
  process.exitCode = await exitCodeOf(name, main);
}

/**
 * Resolves to the exit code of `main`. If it throws: 2 for a ConfigurationError and 5 for a ServerUnreachableError, each
 * with its message on stderr; 1 for any other error, with a log line that holds only what may be seen of it.
 */
export async function exitCodeOf(name: string, main: Main): Promise<number> {
  try {
    return await main();
  } catch (error) {
    if (error instanceof ConfigurationError || error instanceof ServerUnreachableError) {
      process.stderr.write(`${error.message}\n`);
      return error instanceof ConfigurationError ? 2 : 5;
    }
    await logFailure(name, error);
    return 1;
  }
}

/** The logger is loaded only now: the command line prints help without it. */
async function logFailure(name: string, error: unknown): Promise<void> {
  const { createLogger } = await import('../logging.js');
  createLogger('error').error(`The ${name} failed.`, { error });
}

/** Resolves when this process is told to stop: by Ctrl-C, or by SIGTERM as an orchestrator sends it. */
export const toldToStop = (): Promise<void> =>
  new Promise((resolve) => {
    // Not `once`: npm passes on a Ctrl-C that the terminal has sent already, and the second must not cut the end short.
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => resolve());
  });
