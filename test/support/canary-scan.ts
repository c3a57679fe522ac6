// Looks for secrets in files, logs and command lines, in every form in which bytes are commonly written down.

/** A secret that is planted to be found again: ASCII, and long enough to stand nowhere by chance. */
export interface Canary {
  name: string;
  value: string;
}

export interface Hit {
  canary: string;
  form: string;
  /** Offset of the first one in the bytes. */
  at: number;
}

/** The first hit of each canary in each form. */
export function scan(haystack: Uint8Array | string, canaries: readonly Canary[]): Hit[] {
  const bytes = Buffer.from(haystack);
  return canaries.flatMap(({ name, value }) =>
    formsOf(value).flatMap(([form, needle]) => {
      const at = bytes.indexOf(needle);
      return at < 0 ? [] : [{ canary: name, form, at }];
    }),
  );
}

/** The names of the canaries that were found, whatever their form. */
export const found = (hits: readonly Hit[]): string[] => [...new Set(hits.map(({ canary }) => canary))].toSorted();

/** What a text may look like in bytes: itself, encoded, and as Node and Rust print bytes. */
function formsOf(value: string): [form: string, needle: Buffer][] {
  const raw = Buffer.from(value);
  const utf16 = Buffer.from(value, 'utf16le');
  const base64 = [0, 1, 2].map((before) => base64After(raw, before));
  const hex = [...raw].map((byte) => byte.toString(16).padStart(2, '0'));
  const texts: [string, string][] = [
    ...base64.map((text): [string, string] => ['base64', text]),
    ...base64.map((text): [string, string] => ['base64url', text.replaceAll('+', '-').replaceAll('/', '_')]),
    ['hex', hex.join('')],
    ['HEX', hex.join('').toUpperCase()],
    ['hex with blanks', hex.join(' ')],
    ['decimal', raw.join(',')],
    ['decimal with blanks', raw.join(', ')],
  ];
  return [
    ['raw', raw],
    ['UTF-16LE', utf16],
    ['UTF-16BE', Buffer.from(utf16).swap16()],
    ...texts.map(([form, text]): [string, Buffer] => [form, Buffer.from(text)]),
  ];
}

/** Base64 of the bytes after so many others, without the characters that also depend on the bytes around them. */
function base64After(raw: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), raw]).toString('base64');
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + raw.length) * 8) / 6));
}
