// Looks for secrets in files, logs and command lines, in every form in which bytes are commonly written down.
import { constants, gunzipSync } from 'node:zlib';

/** A secret that is planted to be found again: ASCII, and so long that not even half of it stands anywhere by chance. */
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

/** The first hit of each canary in each form, in these bytes and in whatever stands gzipped among them. */
export function scan(haystack: Uint8Array | string, canaries: readonly Canary[]): Hit[] {
  const bytes = Buffer.from(haystack);
  const gzipped = unzipped(bytes).flatMap(({ at, content }) =>
    search(content, canaries).map((hit) => ({ ...hit, form: `${hit.form} in gzip`, at })),
  );
  return [...search(bytes, canaries), ...gzipped];
}

/** A half of a canary in one of its forms. */
interface Half {
  canary: string;
  form: string;
  bytes: Buffer;
}

/** One pass over the bytes for all halves at once: there are some hundreds of them, and the bytes are a database. */
function search(bytes: Buffer, canaries: readonly Canary[]): Hit[] {
  const halves = canaries.flatMap(halvesOf);
  const byBeginning = new Map<number, Half[]>();
  for (const half of halves) {
    const beginning = half.bytes.readUInt16LE(0);
    byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), half]);
  }
  const isBeginning = new Uint8Array(0x1_00_00);
  for (const beginning of byBeginning.keys()) isBeginning[beginning] = 1;

  const hits = new Map<string, Hit>();
  for (let at = 0; at + 2 <= bytes.length; at++) {
    const beginning = bytes.readUInt16LE(at);
    if (isBeginning[beginning] === 0) continue;
    for (const { canary, form, bytes: half } of byBeginning.get(beginning) ?? []) {
      if (!bytes.subarray(at, at + half.length).equals(half)) continue;
      const key = `${canary} ${form}`;
      if (!hits.has(key)) hits.set(key, { canary, form, at });
    }
  }
  return [...hits.values()];
}

/** A database cuts a large value into pages, and writes half of a secret at the end of one: the other half is whole. */
const halvesOf = ({ name, value }: Canary): Half[] =>
  formsOf(value).flatMap(([form, needle]) => {
    const middle = Math.ceil(needle.length / 2);
    return [needle.subarray(0, middle), needle.subarray(middle)].map((bytes) => ({ canary: name, form, bytes }));
  });

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

const gzipHeader = Buffer.from([0x1f, 0x8b, 8]);
/** More than the page of a database, in which what is compressed stands whole. */
const longestGzip = 16 * 1024;

function unzipped(bytes: Buffer): { at: number; content: Buffer }[] {
  const found: { at: number; content: Buffer }[] = [];
  for (let at = bytes.indexOf(gzipHeader); at >= 0; at = bytes.indexOf(gzipHeader, at + 1)) {
    const content = unzip(bytes.subarray(at, at + longestGzip));
    if (content.length > 0) found.push({ at, content });
  }
  return found;
}

/** As much as can be read of data that may break off anywhere, with other bytes after it. */
function unzip(data: Buffer): Buffer {
  let content = Buffer.alloc(0);
  for (let [good, bad] = [0, data.length + 1]; bad - good > 1;) {
    const length = Math.floor((good + bad) / 2);
    try {
      content = gunzipSync(data.subarray(0, length), { finishFlush: constants.Z_SYNC_FLUSH });
      good = length;
    } catch {
      bad = length;
    }
  }
  return content;
}
