// Files that hold keys, by the rights that they have on a disk.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makePrivateFolder } from '../../../dev/private-folder.js';
import { checkFiles } from '../../../src/cli/doctor/files.js';
import { isOpenToOthers } from '../../../src/config/open-files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
  vi.resetModules();
});

/** A file with these rights in a folder with those. */
function fileWith(mode: number, folderMode: number): string {
  const inside = join(folder, 'inside');
  mkdirSync(inside);
  const file = join(inside, 'key');
  writeFileSync(file, 'key');
  chmodSync(file, mode);
  chmodSync(inside, folderMode);
  chmodSync(folder, 0o755);
  return file;
}

describe('a key file', () => {
  test.each<[mode: number, folderMode: number, open: boolean]>([
    [0o600, 0o755, false],
    [0o640, 0o755, false],
    [0o644, 0o755, true],
    [0o604, 0o755, true],
    [0o602, 0o755, true],
    [0o644, 0o700, false],
    [0o666, 0o750, false],
  ])('of mode %o in a folder of mode %o: open to others is %s', (mode, folderMode, open) =>
    expect(isOpenToOthers(fileWith(mode, folderMode), 'read')).toBe(open),
  );

  test('is what a link points to, and one that is not there is not open', () => {
    const file = fileWith(0o644, 0o755);
    const link = join(folder, 'link');
    symlinkSync(file, link);
    expect(isOpenToOthers(link, 'read')).toBe(true);
    expect(isOpenToOthers(join(folder, 'nothing'), 'read')).toBe(false);
  });

  test.each(['PAYLOAD_KEYS', 'FLINKS_SECRET_KEY', 'TEMPORAL_API_KEY'])(
    'that others can read is warned of once, by the name of %s and without its path',
    async (variable) => {
      const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
      const { withSecretFiles } = await import('../../../src/config/environment.js');
      const file = fileWith(0o644, 0o755);
      for (let time = 0; time < 2; time += 1) withSecretFiles({ [`${variable}_FILE`]: file }, [variable]);
      expect(warn.mock.calls.map(([message]) => message)).toEqual([
        `${variable}_FILE names a file that every user of this machine can read. Make it yours alone: chmod 600.`,
      ]);
    },
  );

  test('that is ours alone is not', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const { withSecretFiles } = await import('../../../src/config/environment.js');
    withSecretFiles({ PAYLOAD_KEYS_FILE: fileWith(0o600, 0o755) }, ['PAYLOAD_KEYS']);
    expect(warn).not.toHaveBeenCalled();
  });

  test('is among what doctor finds', () => {
    const file = fileWith(0o644, 0o755);
    expect(checkFiles({ PAYLOAD_KEYS_FILE: file, TEMPORAL_TLS_CLIENT_KEY_PATH: file, OTHER_FILE: file })).toEqual([
      expect.objectContaining({ state: 'warning', note: expect.stringMatching(/PAYLOAD_KEYS_FILE, TEMPORAL_TLS/) }),
    ]);
    chmodSync(file, 0o600);
    expect(checkFiles({ PAYLOAD_KEYS_FILE: file })).toEqual([]);
  });
});

test('a folder for stored payloads into which others can write is warned of by name', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
  const { openPayloadStore } = await import('../../../src/temporal/storage/storage.js');
  chmodSync(folder, 0o777);
  openPayloadStore({ PAYLOAD_STORAGE: `file:${folder}` });
  expect(warn.mock.calls.map(([message]) => message)).toEqual([
    expect.stringMatching(/^PAYLOAD_STORAGE names a folder/),
  ]);
});

describe('a folder of a local stack', () => {
  test('is this user’s alone, whatever the umask, and so are those above it', async () => {
    const before = process.umask(0);
    try {
      await makePrivateFolder(join(folder, 'a', 'b'));
    } finally {
      process.umask(before);
    }
    for (const path of ['a', 'a/b']) expect((await stat(join(folder, path))).mode & 0o777).toBe(0o700);
  });

  test('into which everybody can write is refused by its path', async () => {
    chmodSync(folder, 0o777);
    await expect(makePrivateFolder(folder)).rejects.toThrow(
      `Other users of this machine can change what is in ${folder}`,
    );
  });
});
