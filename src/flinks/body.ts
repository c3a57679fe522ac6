// The body of a reply, from its bytes to JSON.
import { parseExactly } from './exact-json.js';

/**
 * The JSON of a body, read by the charset that its Content-Type declares; undefined if it is not JSON. A byte order mark counts
 * more than what was declared, and is taken off. Without a charset, or with one that nobody knows, a body is UTF-8.
 */
export function readBody(bytes: Buffer, contentType: unknown): unknown {
  try {
    return parseExactly(textOf(bytes, contentType));
  } catch {
    return undefined;
  }
}

function textOf(bytes: Buffer, contentType: unknown): string {
  const decoder = decoderFor(markOf(bytes) ?? declaredIn(contentType));
  if (decoder.encoding === 'windows-1252') return fromWindows1252(bytes);
  return decoder.decode(bytes);
}

function markOf([first, second, third]: Buffer): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

const declaredIn = (contentType: unknown): string =>
  (typeof contentType === 'string' ? /;\s*charset\s*=\s*["']?([^\s;"']+)/i.exec(contentType)?.[1] : undefined) ??
  'utf-8';

function decoderFor(label: string) {
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder();
  }
}

/** What windows-1252 has in the 32 places that Latin-1 gives to control characters. */
const instead = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** As the web does, for Latin-1, too. Node 20's own decoder makes control characters of quotation marks and the euro sign. */
const fromWindows1252 = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/[\x80-\x9f]/g, (one) => instead.charAt(one.charCodeAt(0) - 0x80));
