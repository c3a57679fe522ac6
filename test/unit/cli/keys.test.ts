import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { main } from '../../../src/starter.js';
import { parsePayloadKeys } from '../../../src/temporal/encryption/keys.js';

const secret = (): string => randomBytes(32).toString('base64');

let stdout = '';
let stderr = '';

beforeEach(() => {
  [stdout, stderr] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((stdout += String(text))));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((stderr += String(text))));
  for (const name of ['PAYLOAD_KEYS', 'PAYLOAD_KEYS_FILE', 'PAYLOAD_ENCRYPTION']) vi.stubEnv(name, undefined);
  // Nothing listens here: whoever asked a server would end with exit code 5.
  vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:1');
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const keys = (...args: string[]) => main(['keys', ...args]);
const document = (): unknown => JSON.parse(stdout);

describe('keys new', () => {
  test('prints one line that fits PAYLOAD_KEYS, named after the day, and nothing else', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-11-23T23:59:59Z'), toFake: ['Date'] });
    expect(await keys('new')).toBe(0);
    expect(stdout).toMatch(/^2026-11-23:[A-Za-z0-9+/]{43}=\n$/);
    expect(stderr).toBe('');
    vi.stubEnv('PAYLOAD_KEYS', stdout.trim());
    stdout = '';
    expect(await keys('list')).toBe(0);
    expect(stdout).toBe('2026-11-23  (encrypts)\n');
  });

  test('makes another key each time', async () => {
    await keys('new', '--id', 'one');
    await keys('new', '--id', 'two');
    const made = parsePayloadKeys(stdout.trim().split('\n').join(',')) ?? [];
    expect(made.map(({ id }) => id)).toEqual(['one', 'two']);
    expect(new Set(made.map((key) => Buffer.from(key.secret).toString('hex'))).size).toBe(2);
  });

  test('gives programs the id and the key apart', async () => {
    expect(await keys('new', '--id', 'kms.2', '--json')).toBe(0);
    expect(document()).toEqual({ id: 'kms.2', key: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) });
  });

  test('never gives out an id that a configured key has', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-11-23T10:00:00Z'), toFake: ['Date'] });
    vi.stubEnv('PAYLOAD_KEYS', `2026-11-23:${secret()},2026-11-23-2:${secret()}`);
    expect(await keys('new')).toBe(0);
    expect(stdout).toMatch(/^2026-11-23-3:/);
    stdout = '';
    expect(await keys('new', '--id', '2026-11-23')).toBe(2);
    expect(stdout).toBe('');
  });

  test('refuses an id that PAYLOAD_KEYS could not hold, without repeating it', async () => {
    const pasted = `old:${secret()}`;
    for (const id of ['', '-x', 'a b', 'a,b', 'x'.repeat(65), pasted, `${pasted},b`]) {
      stdout = '';
      expect(await keys('new', '--json', `--id=${id}`)).toBe(2);
      expect(document()).toMatchObject({ error: { code: 'Usage' } });
    }
    expect(stdout + stderr).not.toContain(pasted);
  });

  test('makes the first key for a file that is yet to be written', async () => {
    vi.stubEnv('PAYLOAD_KEYS_FILE', join(tmpdir(), 'no-such-folder', 'keys'));
    expect(await keys('new', '--id', 'first')).toBe(0);
    expect(stdout).toMatch(/^first:/);
  });
});

describe('keys list', () => {
  const [first, second] = [secret(), secret()];

  test('names the keys and the one that encrypts, and shows none of them', async () => {
    vi.stubEnv('PAYLOAD_KEYS', `new:${first},old:${second}`);
    expect(await keys('list')).toBe(0);
    expect(stdout).toBe('new  (encrypts)\nold\n');
    stdout = '';
    expect(await keys('list', '--json')).toBe(0);
    expect(document()).toEqual([
      { id: 'new', encrypts: true },
      { id: 'old', encrypts: false },
    ]);
    expect(stderr).toBe('');
  });

  test('reads the file that PAYLOAD_KEYS_FILE names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keys-'));
    vi.stubEnv('PAYLOAD_KEYS_FILE', join(folder, 'keys'));
    await writeFile(join(folder, 'keys'), `filed:${first}\n`);
    expect(await keys('list', '--json')).toBe(0);
    expect(document()).toEqual([{ id: 'filed', encrypts: true }]);
    await rm(folder, { recursive: true });
  });

  test('says that no key is used while encryption is off', async () => {
    vi.stubEnv('PAYLOAD_ENCRYPTION', 'off');
    vi.stubEnv('PAYLOAD_KEYS', `new:${first}`);
    expect(await keys('list', '--json')).toBe(0);
    expect(document()).toEqual([{ id: 'new', encrypts: false }]);
    expect(stderr).toContain('PAYLOAD_ENCRYPTION is off');
  });

  test('says how to make a key where there is none, and which variable does not fit, without its value', async () => {
    expect(await keys('list')).toBe(2);
    expect(stderr).toContain('keys new');
    vi.stubEnv('PAYLOAD_KEYS', `new:${first},new:${second}`);
    expect(await keys('list', '--json')).toBe(2);
    expect(document()).toMatchObject({ error: { code: 'Configuration', fields: ['PAYLOAD_KEYS'] } });
    for (const key of [first, second]) expect(stdout + stderr).not.toContain(key);
  });
});
