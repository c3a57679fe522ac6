/** No text of the simulator begins so. */
const MARK = '\u0000number ';

/** A number with the digits that are to be on the wire, which a double might not hold. */
export const numberOf = (digits: string): string => `${MARK}${digits}`;

/** As `JSON.stringify`, with the numbers of `numberOf` as numbers. */
export const jsonText = (value: unknown): string => JSON.stringify(value).replaceAll(/"\\u0000number ([^"]*)"/g, '$1');

/** JSON in a charset. What Latin-1 lacks is escaped. */
export function encoded(json: string, charset: 'utf-8' | 'iso-8859-1' | 'utf-16'): Buffer {
  if (charset === 'utf-16') return Buffer.from(`\ufeff${json}`, 'utf16le');
  if (charset === 'utf-8') return Buffer.from(json);
  const escaped = json.replaceAll(/[^\x00-\xff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return Buffer.from(escaped, 'latin1');
}
