import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** `script` of util-linux runs a command at a terminal of its own; that of other systems takes other options. */
export const hasTerminal = process.platform === 'linux' && existsSync('/usr/bin/script');

/** Runs a shell command at a terminal, types an answer once the question is there, and returns all that was shown. */
export async function atTerminal(
  command: string,
  [question, answer]: [question: string, answer: string],
  env: NodeJS.ProcessEnv,
): Promise<{ exit: number | null; shown: string }> {
  const args = ['--quiet', '--return', '--command', command, '/dev/null'];
  const child = spawn('script', args, { env, stdio: ['pipe', 'pipe', 'inherit'], timeout: 60_000 });
  let shown = '';
  let typed = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (typed || !shown.includes(question)) return;
    typed = true;
    child.stdin.write(`${answer}\r`);
  });
  const exit = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { exit, shown };
}
