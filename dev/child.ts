import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a program ended: whether by exit code 0, and words for it, such as `ended with exit code 1`. */
export interface Ending {
  ok: boolean;
  how: string;
}

/** A program that we started and that does not outlive us. */
export interface Child {
  pid: number;
  ended: Promise<Ending>;
  /** The end of what it has written, for an error message. */
  lastLines: () => string;
  /** Asks it to end, and makes it end when it takes longer than its grace period. */
  stop: () => Promise<void>;
  /** Ends it at once, as a crash would. */
  kill: () => void;
}

export interface ChildOptions {
  env?: NodeJS.ProcessEnv;
  /** Gets every line that the program writes, on stdout or stderr. */
  log?: ((line: string) => void) | undefined;
  graceMs?: number;
}

/** Starts a program; throws if it cannot be started. */
export async function startChild(command: string, args: string[], options: ChildOptions = {}): Promise<Child> {
  const { env = process.env, log, graceMs = 10_000 } = options;
  // A process group of its own, so that a Ctrl-C at the terminal reaches us alone and we choose the order of the end.
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', (line) => {
      log?.(line);
      if (line.trim()) lines.push(line);
      if (lines.length > 15) lines.shift();
    });
  }
  const ended = new Promise<Ending>((resolve) =>
    child.once('exit', (code, signal) =>
      resolve({ ok: code === 0, how: signal ? `was ended by ${signal}` : `ended with exit code ${code}` }),
    ),
  );
  await once(child, 'spawn');
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${command} was started without a process id.`);

  endWithUs(pid);
  void ended.then(() => {
    // What it started itself must not stay when it crashed before it could end that.
    killGroup(pid);
    running.delete(pid);
  });
  const kill = () => killGroup(pid);
  const stop = async () => {
    child.kill('SIGTERM');
    const giveUp = new AbortController();
    const inTime = await Promise.race([
      ended.then(() => true),
      sleep(graceMs, false, { signal: giveUp.signal }).catch(() => false),
    ]);
    giveUp.abort();
    if (!inTime) kill();
    await ended;
  };
  return { pid, ended, lastLines: () => lines.join('\n').trim(), stop, kill };
}

/**
 * Resolves with `ready`. Kills the child and throws an error with its last words if it ends first, or is not ready
 * within a minute. The signal that `ready` gets is aborted when nobody waits for it any more.
 */
export async function untilReady(child: Child, ready: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  const fail = (how: string) => Promise.reject(new Error(`It ${how}: ${child.lastLines() || 'it said nothing'}`));
  try {
    await Promise.race([
      ready(signal),
      child.ended.then(({ how }) => fail(how)),
      sleep(60_000, undefined, { signal }).then(() => fail('was not ready within 60 s')),
    ]);
  } catch (error) {
    child.kill();
    throw error;
  } finally {
    over.abort();
  }
}

/** Process ids of the children that run now; each is the leader of its process group. */
const running = new Set<number>();

function killGroup(pid: number): void {
  if (!running.has(pid)) return;
  try {
    // The minus sign means the whole group: what the child has started itself goes with it.
    process.kill(-pid, 'SIGKILL');
  } catch {
    running.delete(pid);
  }
}

let watching = false;

function endWithUs(pid: number): void {
  running.add(pid);
  if (watching) return;
  watching = true;
  const killAll = () => running.forEach(killGroup);
  process.once('exit', killAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      // A program with a handler of its own stops its children in good order, and exits.
      if (process.listenerCount(signal) > 0) return;
      killAll();
      process.kill(process.pid, signal);
    });
  }
}
