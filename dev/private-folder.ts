import { mkdir, stat } from 'node:fs/promises';

/**
 * Makes a folder for this user alone, whatever the umask, with those above it that are missing. Throws an error that says
 * what to do if there is one that another user has made, or into which every user can write.
 */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const self = process.getuid?.();
  if (self === undefined) return;
  const { uid, mode } = await stat(path);
  // What root has put there for everybody is as good as the system's own programs.
  if ((uid !== self && uid !== 0) || (mode & 0o002) !== 0)
    throw new Error(
      `Other users of this machine can change what is in ${path}: remove it, or set FLINKS_TEMPORAL_CACHE to a folder of your own.`,
    );
}
