import { expect, test } from 'vitest';
import type { EndedCall } from '../../../src/flinks/observed.js';
import { clientOf, flinksServer, refusingUrl, replying, requestId, socketServer } from '../../support/flinks-server.js';

/** Asks for accounts at this address and returns what was told of the call. */
async function told(url: string, signal?: AbortSignal): Promise<EndedCall[]> {
  const calls: EndedCall[] = [];
  const client = clientOf(url, { observe: (call) => calls.push(call), maxResponseBytes: 2_000 });
  await client.getAccountsDetailAsync(requestId, signal).catch(() => undefined);
  return calls;
}

test.each<[string, number, unknown, string, number?]>([
  ['accounts', 200, { RequestId: requestId, Accounts: [] }, '200', 200],
  ['pending', 202, { FlinksCode: 'OPERATION_PENDING' }, 'OPERATION_PENDING', 202],
  ['a refusal', 401, { FlinksCode: 'SESSION_NONEXISTENT' }, 'SESSION_NONEXISTENT', 401],
  ['a code that nobody knows', 400, { FlinksCode: 'CANARY_4711' }, 'other', 400],
  ['a page without a code', 503, '<html>', '503', 503],
  ['a status that nobody knows', 599, '<html>', 'other'],
  ['too much', 200, 'x'.repeat(4_000), 'tooLarge'],
])(
  'a call answered by %s is told of by endpoint and a word out of a closed list',
  async (_, status, body, code, known) => {
    const { url } = await flinksServer(replying(status, body));
    expect(await told(url)).toEqual([
      {
        endpoint: 'GetAccountsDetailAsync',
        code,
        status: known,
        ...(code === '200' && { requestId }),
        seconds: expect.any(Number),
      },
    ]);
  },
);

test('a call without an answer is told of as what became of it', async () => {
  expect(await told(await refusingUrl())).toMatchObject([{ code: 'unsent' }]);
  expect(await told(await socketServer((socket) => socket.destroy()))).toMatchObject([{ code: 'lost' }]);
  expect(await told(await socketServer(() => undefined), AbortSignal.timeout(50))).toMatchObject([{ code: 'aborted' }]);
});
