// Processes of a benchmark, and what they use of the machine.
import { readFileSync } from 'node:fs';
import { startChild, untilReady, type Child } from '../dev/child.js';
import { localEnvironment } from '../dev/local-environment.js';
import { DEFAULT_KEYS, workerEnvironment } from '../simulator/defaults.js';

/** CPU milliseconds of this process, its compression threads included. */
export const ownCpu = (): number => (process.cpuUsage().user + process.cpuUsage().system) / 1_000;

/** CPU milliseconds of another process; the kernel counts in hundredths of a second. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** CPU milliseconds of another process and of the processes that it has started, those that have ended included. */
export function cpuWithChildrenOf(pid: number): number {
  const running = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const ended = (Number(fields[13]) + Number(fields[14])) * 10;
  return running.reduce((sum, child) => sum + cpuOf(Number(child)), cpuOf(pid) + ended);
}

/** CPU milliseconds of the processes that this one has started and that have ended. */
export function cpuOfEndedChildren(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

/** Megabytes of memory that a process holds. */
export function memoryOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1_024;
}

/** Starts a program of ours, and resolves with the first line that `fits`. */
export async function startProgram(
  args: string[],
  environment: Record<string, string>,
  fits: (line: string) => boolean,
): Promise<Child & { line: string }> {
  let found: (line: string) => void = () => {};
  const awaited = new Promise<string>((resolve) => (found = resolve));
  const log = (line: string): void => void (fits(line) && found(line));
  const child = await startChild(process.execPath, args, { env: localEnvironment(environment), log });
  await untilReady(child, async () => void (await awaited));
  return { ...child, line: await awaited };
}

/** A Flinks in a process of its own, so that its CPU is not counted. */
export async function startFlinks(): Promise<Child & { url: string; environment: Record<string, string> }> {
  const args = ['--import', 'tsx', 'simulator/main.ts', '--port', '0', '--json'];
  const child = await startProgram(args, {}, (line) => line.startsWith('{'));
  const { url } = JSON.parse(child.line) as { url: string };
  return { ...child, url, environment: workerEnvironment(url, DEFAULT_KEYS) };
}
