// Files and folders that other users of this machine can read or write, though they are named for secrets.
import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const [readable, writable, enterable] = [0o004, 0o002, 0o001];

/**
 * Whether every user of this machine can read or write this file or folder: its own rights say so, and so do those of each
 * folder above it. A file that is not there is not open.
 */
export function isOpenToOthers(path: string, to: 'read' | 'write'): boolean {
  // There are no such rights on Windows. An engine of containers puts its secrets into one container, for the user of it.
  if (process.platform === 'win32' || path.startsWith('/run/secrets/')) return false;
  try {
    const real = realpathSync(path);
    const wanted = to === 'read' ? readable | writable : writable;
    return (statSync(real).mode & wanted) !== 0 && foldersAbove(real).every(isEnterable);
  } catch {
    return false;
  }
}

const isEnterable = (folder: string): boolean => (statSync(folder).mode & enterable) !== 0;

function foldersAbove(path: string): string[] {
  const folder = dirname(path);
  return folder === path ? [] : [folder, ...foldersAbove(folder)];
}

const warned = new Set<string>();

/** Warns once on stderr, by the variable's name alone, if others can read the file that it names. */
export function warnIfReadable(variable: string, path: string): void {
  if (isOpenToOthers(path, 'read'))
    warnOnce(variable, 'names a file that every user of this machine can read. Make it yours alone: chmod 600');
}

/** Warns once on stderr if others can write into the folder that a variable names. */
export function warnIfWritable(variable: string, folder: string): void {
  if (isOpenToOthers(folder, 'write'))
    warnOnce(
      variable,
      'names a folder into which every user of this machine can write. Make it yours alone: chmod 700',
    );
}

function warnOnce(variable: string, problem: string): void {
  if (warned.has(variable)) return;
  warned.add(variable);
  process.emitWarning(`${variable} ${problem}.`, { type: 'OpenToOthers' });
}
