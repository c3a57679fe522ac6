import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { FlinksClient } from '../../../src/flinks/client.js';
import {
  clientOf,
  details,
  flinksErrorOf,
  flinksServer,
  refusingUrl,
  replying,
  requestId,
  secret,
  socketServer,
} from '../../support/flinks-server.js';

const login = { institution: 'FlinksCapital', username: secret.username, password: secret.password };
const answers = [{ prompt: 'City?', answers: [secret.answer] }];

const calls: ((flinks: FlinksClient) => Promise<unknown>)[] = [
  (flinks) => flinks.generateAuthorizeToken(),
  (flinks) => flinks.authorize({ login, mode: 'live', save: true, tag: secret.body }, secret.token),
  (flinks) => flinks.answerChallenges(requestId, answers, secret.token),
  (flinks) => flinks.getAccountsDetail(requestId, details),
  (flinks) => flinks.getAccountsDetailAsync(requestId),
];

// A server that repeats to us all that it was sent, and words of its own.
const echo = JSON.stringify(secret);
const http = async (...reply: Parameters<typeof replying>) => (await flinksServer(replying(...reply))).url;
const code = { Message: `No: ${echo}`, RequestId: requestId, Extra: secret };

const ways: [string, () => Promise<string>][] = [
  ['refuses with a code', () => http(401, { ...code, FlinksCode: 'INVALID_LOGIN' })],
  ['refuses a token', () => http(401, { ...code, FlinksCode: 'UNAUTHORIZED', Message: `token ${echo}` })],
  ['puts secrets where a code belongs', () => http(400, { ...code, FlinksCode: echo })],
  ['answers HTML', () => http(502, `<html>${echo}</html>`)],
  ['answers no JSON', () => http(201, `{${echo}`)],
  ['answers a wrong shape', () => http(200, { Token: [secret], RequestId: [secret], Accounts: echo })],
  ['redirects', () => http(302, echo, { location: `http://127.0.0.1:9/${secret.body}` })],
  ['answers too much', () => http(200, echo.padEnd(3_000))],
  ['is not there', refusingUrl],
  ['says nothing', () => socketServer((socket) => void socket.resume())],
  ['resets', () => socketServer((socket) => socket.once('data', () => socket.resetAndDestroy()))],
  ['speaks no HTTP', () => socketServer((socket) => socket.once('data', (bytes) => socket.end(bytes)))],
];

test.each(ways)('no error of a Flinks that %s holds a secret, in any way of printing it', async (_way, start) => {
  const timeouts = { token: 100, authorize: 100, data: 100, poll: 100 };
  const flinks = clientOf(await start(), { maxResponseBytes: 2_000, timeouts });
  for (const call of calls) {
    const error = await flinksErrorOf(call(flinks));
    const printed = [
      JSON.stringify(error),
      inspect(error, { depth: 10, showHidden: true, getters: true }),
      String(error),
      error.stack ?? '',
    ].join('\n');
    for (const hidden of Object.values(secret)) expect(printed).not.toContain(hidden);
    expect(error.cause).toBeUndefined();
  }
});
