// Bodies that are not UTF-8, over HTTP.
import { expect, test } from 'vitest';
import { clientOf, details, flinksServer, requestId } from '../../support/flinks-server.js';

const title = 'Épargne à 5 € – l’été';
const json = JSON.stringify({ Accounts: [{ Id: 'a', Title: title }] });
/** A text in windows-1252. */
const windows1252 = (text: string): Buffer =>
  Buffer.from(text.replaceAll('€', '\x80').replaceAll('–', '\x96').replaceAll('’', '\x92'), 'latin1');
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const mark = Buffer.from([0xef, 0xbb, 0xbf]);

async function titleOf(bytes: Buffer, contentType?: string): Promise<unknown> {
  const server = await flinksServer((response) =>
    response.writeHead(200, contentType === undefined ? {} : { 'content-type': contentType }).end(bytes),
  );
  const reply = await clientOf(server.url).getAccountsDetail(requestId, details);
  return reply.kind === 'accounts' ? reply.data.accounts[0]?.['title'] : reply;
}

test.each<[what: string, bytes: Buffer, contentType?: string]>([
  ['UTF-8 that says so', Buffer.from(json), 'application/json; charset=utf-8'],
  ['UTF-8 that says nothing', Buffer.from(json)],
  ['UTF-8 with a mark', Buffer.concat([mark, Buffer.from(json)]), 'application/json'],
  ['windows-1252', windows1252(json), 'application/json; charset=windows-1252'],
  ['ISO-8859-1 with what only windows-1252 has', windows1252(json), 'application/json; charset=ISO-8859-1'],
  ['a charset in quotes', windows1252(json), 'application/json; profile=x; Charset = "cp1252"'],
  ['UTF-16 with a mark', Buffer.from(`\ufeff${json}`, 'utf16le'), 'application/json; charset=utf-16'],
  ['UTF-16 without a mark', Buffer.from(json, 'utf16le'), 'application/json; charset=utf-16le'],
  ['UTF-16, big end first', utf16be(`\ufeff${json}`), 'application/json; charset=utf-16'],
  ['UTF-16 whose mark contradicts what it says', utf16be(`\ufeff${json}`), 'application/json; charset=utf-8'],
  ['UTF-8 under a name that nobody knows', Buffer.from(json), 'application/json; charset=klingon'],
  ['UTF-8 under an empty name', Buffer.from(json), 'application/json; charset='],
])('a body is read by its charset: %s', async (_, bytes, contentType) => {
  expect(await titleOf(bytes, contentType)).toBe(title);
});

test('a body in another charset of the web', async () => {
  expect(await titleOf(Buffer.from(`{"Accounts":[{"Title":"\xa4"}]}`, 'latin1'), 'text/json;charset=iso-8859-15')).toBe(
    '€',
  );
});
