import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type FaultRule, loginIdFor, type Simulator, startSimulator } from '../../../simulator/server.js';
import { callerOf } from '../../support/simulator-caller.js';

let simulator: Simulator;
let flinks: ReturnType<typeof callerOf>;

beforeEach(async () => {
  simulator = await startSimulator();
  flinks = callerOf(simulator);
});
afterEach(() => simulator.close());

/** What a client of Detail meets: the status and the number of bytes that came, or the error. */
async function detailUnder(fault: FaultRule['fault']) {
  const RequestId = await flinks.openSession('plain');
  simulator.inject({ endpoint: 'GetAccountsDetail', fault });
  const meets = flinks
    .post('GetAccountsDetail', { RequestId })
    .catch((error: Error) => error.cause as NodeJS.ErrnoException);
  return { reply: await meets, RequestId };
}

test('a status fault answers in place of Flinks, with its headers, once', async () => {
  const { reply, RequestId } = await detailUnder({
    kind: 'status',
    status: 429,
    code: 'TOO_MANY_REQUESTS',
    headers: { 'retry-after': '7' },
  });
  expect(reply).toMatchObject({ status: 429, body: { HttpStatusCode: 429, FlinksCode: 'TOO_MANY_REQUESTS' } });
  expect('headers' in reply && reply.headers.get('retry-after')).toBe('7');
  expect((await flinks.get('GetAccountsDetailAsync', RequestId)).status).toBe(400);
  expect((await flinks.post('GetAccountsDetail', { RequestId })).status).toBe(200);
});

test.each([
  [{ kind: 'status', status: 502, html: '<html>Bad Gateway</html>' }, 502, /^<html>/],
  [{ kind: 'status', status: 503 }, 503, /^$/],
  [{ kind: 'status', status: 200, body: { Accounts: 'none' } }, 200, /^\{"Accounts":"none"\}$/],
  [{ kind: 'status', status: 203, processed: true, body: {} }, 203, /^\{"RequestId":"[-0-9a-f]{36}"\}$/],
  [{ kind: 'empty' }, 200, /^$/],
  [{ kind: 'unknown-fields' }, 200, /"BrandNewField".*\}\],.*"BrandNewField"[^\]]*\]\}\}$/s],
  [{ kind: 'truncated' }, 200, /^\{"HttpStatusCode":200,.*[^}]$/s],
  [{ kind: 'huge', bytes: 300_000 }, 200, /"Padding":"x{300000}"\}$/],
  [{ kind: 'gzip-bomb', bytes: 300_000 }, 200, /"Padding":"x{300000}"\}$/],
  [{ kind: 'slow-first-byte', delayMs: 10 }, 200, /\}$/],
  [{ kind: 'stall-in-body', delayMs: 10 }, 200, /\}$/],
] as const)('a client under %j gets %i and a body of that form', async (fault, status, form) => {
  const { reply } = await detailUnder(fault);
  expect('status' in reply && [reply.status, form.test(reply.text)]).toEqual([status, true]);
});

test('a reply of the wrong content type is whole', async () => {
  const { reply } = await detailUnder({ kind: 'wrong-content-type' });
  expect('headers' in reply && reply.headers.get('content-type')).toBe('text/html');
  expect(reply).toMatchObject({ status: 200, body: { HttpStatusCode: 200 } });
});

test('a gzip bomb is small on the wire', async () => {
  const { RequestId } = await detailUnder({ kind: 'empty' });
  simulator.inject({ endpoint: 'GetAccountsDetail', fault: { kind: 'gzip-bomb', bytes: 5e6 } });
  const path = `${simulator.url}/v3/${simulator.keys.customerId}/BankingServices/GetAccountsDetail`;
  const raw = request(path, { method: 'POST', headers: { 'x-api-key': simulator.keys.apiKey } });
  raw.end(JSON.stringify({ RequestId }));
  const [response] = (await once(raw, 'response')) as [NodeJS.ReadableStream];
  let bytes = 0;
  for await (const chunk of response) bytes += chunk.length;
  expect(bytes).toBeLessThan(50_000);
});

test('a reset before leaves Detail unasked, and a reset after leaves its data to the async endpoint', async () => {
  const before = await detailUnder({ kind: 'reset-before' });
  expect(before.reply).toMatchObject({ code: 'ECONNRESET' });
  expect((await flinks.get('GetAccountsDetailAsync', before.RequestId)).status).toBe(400);

  const after = await detailUnder({ kind: 'reset-after' });
  expect(after.reply).toMatchObject({ code: 'ECONNRESET' });
  const data = await flinks.get('GetAccountsDetailAsync', after.RequestId);
  expect(data.body?.['Accounts']).toHaveLength(4);
  const fates = simulator.requests.flatMap(({ fault, status, abortedByClient }) =>
    fault ? [[fault, status, abortedByClient]] : [],
  );
  expect(fates).toEqual([
    ['reset-before', undefined, undefined],
    ['reset-after', undefined, undefined],
  ]);
});

test('a reset in the body breaks a reply that had begun', async () => {
  const { reply } = await detailUnder({ kind: 'reset-in-body' });
  expect(reply).toBeDefined();
  expect('status' in reply).toBe(false);
  expect(simulator.requests.at(-1)?.status).toBe(200);
});

test('the record says that a client gave up, and when', async () => {
  const RequestId = await flinks.openSession('plain');
  simulator.inject({ endpoint: 'GetAccountsDetail', fault: { kind: 'stall-in-body' } });
  const abort = new AbortController();
  const call = flinks.send('POST', 'GetAccountsDetail', '', { RequestId }, abort.signal);
  await vi.waitFor(() => expect(simulator.requests.at(-1)).toMatchObject({ fault: 'stall-in-body', status: 200 }));
  expect(simulator.requests.at(-1)).not.toHaveProperty('closedAt');

  simulator.advanceClock(60_000);
  abort.abort();
  await expect(call).rejects.toThrow('aborted');
  await vi.waitFor(() => expect(simulator.requests.at(-1)).toMatchObject({ abortedByClient: true }));
  const { at = 0, closedAt = 0 } = simulator.requests.at(-1) ?? {};
  expect(closedAt - at).toBeGreaterThanOrEqual(60_000);
});

test('rules choose by LoginId, live, answer and turn', async () => {
  const loginId = loginIdFor('plain');
  const fault = { kind: 'status', status: 503 } as const;
  simulator.inject({ endpoint: 'Authorize', loginId: loginId.toUpperCase(), live: true, nth: 2, times: 2, fault });
  simulator.inject({ endpoint: 'Authorize', answer: true, times: 'always', fault: { ...fault, status: 500 } });

  const status = async (LoginId: string, MostRecentCached: boolean) =>
    (await flinks.authorize({ LoginId, MostRecentCached })).status;
  const live = [1, 2, 3, 4].map(() => [loginId, false] as const);
  const statuses: number[] = [];
  for (const [id, cached] of [
    ...live.slice(0, 1),
    [loginId, true],
    [loginIdFor('plain', 2), false],
    ...live.slice(1),
  ] as const) {
    statuses.push(await status(id, cached));
  }
  expect(statuses).toEqual([200, 200, 200, 503, 503, 200]);

  const key = await flinks.token();
  const asked = await flinks.authorize({ LoginId: loginIdFor('question'), MostRecentCached: true }, key);
  const answered = await flinks.authorize({ RequestId: asked.body?.['RequestId'], SecurityResponses: {} }, key);
  expect([asked.status, answered.status]).toEqual([203, 500]);
});

test('a token can be lost too, and a token is not used up by a gateway error', async () => {
  simulator.inject({ endpoint: 'GenerateAuthorizeToken', fault: { kind: 'reset-after' } });
  await expect(flinks.token()).rejects.toThrow('fetch failed');

  const key = await flinks.token();
  const start = { LoginId: loginIdFor('503-at-authorize'), MostRecentCached: true };
  expect((await flinks.authorize(start, key)).status).toBe(503);
  expect((await flinks.authorize(start, key)).status).toBe(200);
});

test('a cached error can carry a RequestId that works', async () => {
  const reply = await flinks.authorize({ LoginId: loginIdFor('cached-question-not-found'), MostRecentCached: true });
  expect([reply.status, reply.body?.['FlinksCode']]).toEqual([401, 'QUESTION_NOT_FOUND']);
  expect((await flinks.post('GetAccountsSummary', { RequestId: reply.body?.['RequestId'] })).status).toBe(200);
  const live = await flinks.authorize({ LoginId: loginIdFor('cached-question-not-found'), MostRecentCached: false });
  expect(live.status).toBe(200);
});

test('202 from Authorize carries a RequestId that works', async () => {
  const reply = await flinks.authorize({ LoginId: loginIdFor('authorize-operation-pending'), MostRecentCached: true });
  expect([reply.status, reply.body?.['FlinksCode']]).toEqual([202, 'OPERATION_PENDING']);
  expect((await flinks.post('GetAccountsDetail', { RequestId: reply.body?.['RequestId'] })).status).toBe(200);
});

test('a session lost in its 2nd poll is gone for good, and a new one gets the data', async () => {
  const statusesOf = async (RequestId: string) => {
    const detail = await flinks.post('GetAccountsDetail', { RequestId });
    const polls = [
      await flinks.get('GetAccountsDetailAsync', RequestId),
      await flinks.get('GetAccountsDetailAsync', RequestId),
    ];
    return [detail, ...polls].map(({ status }) => status);
  };
  const first = await flinks.openSession('session-lost-in-2nd-poll');
  expect(await statusesOf(first)).toEqual([202, 202, 400]);
  expect((await flinks.get('GetAccountsDetailAsync', first)).status).toBe(400);
  expect(await statusesOf(await flinks.openSession('session-lost-in-2nd-poll'))).toEqual([202, 202, 200]);
});

test('closing ends a request that is still open', async () => {
  const other = await startSimulator();
  const RequestId = await callerOf(other).openSession('plain');
  other.inject({ endpoint: 'GetAccountsDetail', fault: { kind: 'slow-first-byte' } });
  const failure = callerOf(other).post('GetAccountsDetail', { RequestId }).then(String, String);
  await vi.waitFor(() => expect(other.requests.at(-1)?.fault).toBe('slow-first-byte'));
  await other.close();
  expect(await failure).toContain('fetch failed');
  await vi.waitFor(() => expect(other.requests.at(-1)).toHaveProperty('closedAt'));
  expect(other.requests.at(-1)).not.toHaveProperty('abortedByClient');
});
