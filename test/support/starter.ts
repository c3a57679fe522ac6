import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { localEnvironment } from '../../dev/local-environment.js';
import { program } from './compiled-programs.js';
import { checkDocuments } from './documents.js';

/** What one command of the starter did. */
export interface Ran {
  exit: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** What is piped in; stdin is empty otherwise, and never a terminal. */
  stdin?: string;
  /** Gets what the command writes to stdout as it comes. */
  onStdout?: (text: string) => void;
  env?: Record<string, string | undefined>;
  /** Gets what ends the command from outside, as Ctrl-C, a deploy or a crash does. */
  onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
}

export type Starter = (args: string[], options?: RunOptions) => Promise<Ran>;

/**
 * The command line as backends and operators run it, each command a process of its own, at this Temporal server. Throws
 * if a command with `--json` prints anything but what is published for it.
 */
export const starterAt =
  (address: string): Starter =>
  async (args, { stdin = '', onStdout = () => {}, env = {}, onStart = () => {} } = {}) => {
    const child = spawn(process.execPath, [...program('src/starter'), ...args], {
      env: localEnvironment({ TEMPORAL_ADDRESS: address, ...env }),
      stdio: ['pipe', 'pipe', 'pipe'],
      // No command takes this long; one that hangs is ended, and its test fails by the missing exit code.
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    onStart((signal) => child.kill(signal));
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    // A command that does not read its stdin may be gone before all is written.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    child.stdout.setEncoding('utf8').on('data', onStdout);
    const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    checkDocuments(args, { exit, stdout });
    return { exit, stdout, stderr };
  };

/** The one JSON document that makes up the whole of stdout. Throws where anything else is there. */
export function documentOf({ stdout, stderr }: Ran): unknown {
  const lines = stdout.split('\n');
  if (lines.length !== 2 || lines[1] !== '') throw new Error(`Not one document: ${stdout} (stderr: ${stderr})`);
  return JSON.parse(lines[0] ?? '');
}

/** The document of a command that ended with an error. */
export const errorOf = (ran: Ran): { code: string; message: string; fields?: string[] } =>
  (documentOf(ran) as { error: { code: string; message: string; fields?: string[] } }).error;
