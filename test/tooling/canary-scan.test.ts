import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { found, scan, type Canary } from '../support/canary-scan.js';

const canary: Canary = { name: 'password', value: 'Cnry~7>?Qx/k+93Zp' };
const others: Canary[] = [canary, { name: 'username', value: 'Cnry-of-somebody-else' }];
const text = Buffer.from(`{"password":"${canary.value}"}`);

const forms: Record<string, string | Buffer> = {
  raw: text,
  base64: text.toString('base64'),
  base64url: text.toString('base64url'),
  hex: text.toString('hex'),
  HEX: text.toString('hex').toUpperCase(),
  'UTF-16LE': Buffer.from(text.toString(), 'utf16le'),
  'UTF-16BE': Buffer.from(text.toString(), 'utf16le').swap16(),
  'hex with blanks': inspect(text),
  decimal: JSON.stringify(text),
  'decimal with blanks': `[${text.join(', ')}]`,
};

describe('a scan finds a secret', () => {
  test.each(Object.entries(forms))('as %s', (form, haystack) => {
    const padded = Buffer.concat([randomBytes(1_001), Buffer.from(haystack), randomBytes(77)]);
    const hits = scan(padded, others);
    expect(hits.map((hit) => hit.form)).toContain(form);
    expect(found(hits)).toEqual(['password']);
    expect(hits[0]?.at).toBeGreaterThan(1_000);
  });

  test('in gzip, also where a page of a database ends within it', () => {
    const long = gzipSync(Buffer.concat([text, Buffer.from(randomBytes(20_000).toString('hex'))]));
    for (const piece of [gzipSync(text), long, long.subarray(0, 700)]) {
      const hits = scan(Buffer.concat([randomBytes(1_001), piece, randomBytes(3_000)]), others);
      expect(found(hits)).toEqual(['password']);
      expect(hits[0]).toMatchObject({ form: 'raw in gzip', at: 1_001 });
    }
  });

  test('wherever a page of a database ends within it', () => {
    const { value } = canary;
    for (let cut = 0; cut <= value.length; cut++) {
      const pages = [randomBytes(500), value.slice(0, cut), randomBytes(50), value.slice(cut), randomBytes(500)];
      expect(found(scan(Buffer.concat(pages.map((page) => Buffer.from(page))), others))).toEqual(['password']);
    }
  });

  test('in Base64, wherever it stands and whatever stands around it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9 }), fc.uint8Array({ maxLength: 9 }), (before, after) => {
        const all = Buffer.concat([before, Buffer.from(canary.value), after]);
        expect(found(scan(all.toString('base64'), others))).toEqual(['password']);
        expect(found(scan(all.toString('base64url'), others))).toEqual(['password']);
      }),
    );
  });
});

test('a scan finds nothing where there is nothing, nor a secret with one letter changed', () => {
  expect(scan(randomBytes(500_000), others)).toEqual([]);
  const changed = Buffer.from(`x${canary.value.slice(1, -1)}`);
  for (const encoding of ['utf8', 'base64', 'hex', 'utf16le'] as const)
    expect(scan(Buffer.from(changed.toString(encoding)), others)).toEqual([]);
});
