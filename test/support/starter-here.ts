import { Readable } from 'node:stream';
import { vi } from 'vitest';
import { localEnvironment } from '../../dev/local-environment.js';
import { main } from '../../src/starter.js';
import { checkDocuments } from './documents.js';
import type { Ran, RunOptions } from './starter.js';

/** Commands share this process's output and environment, so that only one runs at a time. */
let last: Promise<unknown> = Promise.resolve();

/**
 * The command line in this process: as `starterAt`, and without the second of processor time that a process of its own
 * takes to load. A command waits for the one before it. What is about a process, such as its end by a signal, is for
 * `starterAt`.
 */
export const starterHere =
  (address: string) =>
  (args: string[], options: Pick<RunOptions, 'stdin' | 'env'> = {}): Promise<Ran> => {
    const ran = last.then(() => runHere(address, args, options));
    last = ran.catch(() => undefined);
    return ran;
  };

async function runHere(
  address: string,
  args: string[],
  { stdin = '', env = {} }: Pick<RunOptions, 'stdin' | 'env'>,
): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const keep = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => Boolean((written[name] += String(text))));
  const piped = Readable.from([stdin]) as typeof process.stdin;
  const spies = [keep('stdout'), keep('stderr'), vi.spyOn(process, 'stdin', 'get').mockReturnValue(piped)];
  const environment = process.env;
  process.env = localEnvironment({ TEMPORAL_ADDRESS: address, ...env });
  for (const [name, value] of Object.entries(env)) if (value === undefined) delete process.env[name];
  try {
    const exit = await main(args);
    checkDocuments(args, { exit, stdout: written.stdout });
    return { exit, ...written };
  } finally {
    process.env = environment;
    for (const spy of spies) spy.mockRestore();
  }
}
