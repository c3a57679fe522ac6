import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What a program printed, and how it ended. */
export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, ten minutes at most. Its stdin holds `input`. Throws if it cannot be started. */
export async function run(
  command: string,
  args: string[],
  { env, input = '' }: { env: NodeJS.ProcessEnv; input?: string },
): Promise<Ran> {
  const child = spawn(command, args, { env, timeout: 600_000, killSignal: 'SIGKILL' });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (written[name] += text));
  // A program that ends before it has read everything is its own matter.
  child.stdin.on('error', () => undefined).end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...written };
}

/** The same; throws what it wrote to stderr unless it ends with 0. */
export async function runWell(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, { env });
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}: ${stderr.trim() || stdout.trim()}`);
  return stdout.trim();
}
