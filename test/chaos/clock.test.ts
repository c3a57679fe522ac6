// The clock of a worker is an hour off, and jumps while runs go. The server's is the clock.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TemporalServer } from '../../dev/temporal-server.js';
import { requestsOf } from '../../simulator/record.js';
import { loginIdFor, startSimulator, type Simulator } from '../../simulator/server.js';
import type { AccountDetailsClient } from '../../src/client.js';
import { clientAt } from '../support/client.js';
import { answerOnce } from '../support/customer.js';
import { codeOf, endOf, judge, tally, together, unbroken, type Ended } from '../support/invariants.js';
import { devServer } from '../support/servers.js';
import { until } from '../support/until.js';
import { startWorker } from '../support/worker-process.js';
import { report } from '../support/promise.js';

const hour = 3_600_000;

let server: TemporalServer;
let simulator: Simulator;
let client: AccountDetailsClient;

beforeAll(async () => {
  [server, simulator] = await Promise.all([devServer(), startSimulator()]);
  client = await clientAt(server.address);
});

afterAll(async () => {
  await client?.close();
  await simulator?.close();
  await server?.stop();
});

const clocks = [
  { name: 'an hour ahead', offset: hour },
  { name: 'an hour behind', offset: -hour },
];

test.for(clocks)(
  'a worker whose clock is $name, and then jumps two hours, keeps every deadline and slot',
  async ({ name, offset }, context) => {
    const n = offset > 0 ? 1 : 2;
    const program = ['--import', 'tsx', 'test/support/shifted-clock-worker.ts'];
    const variables = { CLOCK_OFFSET_MS: String(offset) };
    const worker = await startWorker(server, simulator, variables, program);
    const login = (scenario: string) => ({ login: { loginId: loginIdFor(scenario, n) } });
    const polling = { interval: '1 second', deadline: '12 seconds' };
    const answered = 'question-then-pending';
    const repeated = 'one-account';
    const held = 'twenty-accounts';
    simulator.inject({
      endpoint: 'GetAccountsSummary',
      loginId: loginIdFor(repeated, n),
      fault: { kind: 'status', status: 503 },
    });
    simulator.inject({
      endpoint: 'Authorize',
      loginId: loginIdFor(held, n),
      fault: { kind: 'slow-first-byte', delayMs: 6_000 },
    });
    const [pendingRun, answeredRun, lateRun, repeatedRun] = await Promise.all([
      client.start({ ...login('pending-for-ever'), polling }),
      client.start({ ...login(answered), polling: { ...polling, deadline: '1 minute' } }),
      client.start({ ...login('question'), mode: 'live', answerWithin: '10 seconds' }),
      client.start({ ...login(repeated), polling }),
    ]);
    const asked = await until('the bank asks', async () => {
      const progress = await client.progress(lateRun.workflowId);
      return progress.stage === 'awaitingAnswers' && progress;
    });
    const wait = Date.parse(asked.deadline ?? '') - Date.now();
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(10_000);
    const of = (scenario: string) => requestsOf(simulator.requests, loginIdFor(scenario, n));
    const polls = () => of('pending-for-ever').filter(({ endpoint }) => endpoint === 'GetAccountsDetailAsync');
    await until('some polls were made', () => polls().length >= 3);
    // The clock jumps in the middle of this one's call.
    const heldRun = await client.start({ ...login(held), mode: 'live', polling });
    await until('the bank is called', () => of(held).some(({ live }) => live));
    process.kill(worker.pid, 'SIGWINCH');
    await until('the clock has jumped', () => worker.output().includes('clock off by'));
    await until('the answer is taken', async () => {
      await answerOnce(client, answeredRun.workflowId, answered);
      return of(answered).some(({ answer }) => answer);
    });

    const [pendingEnd, answeredEnd, lateEnd, repeatedEnd, heldEnd] = await Promise.all([
      endOf(client, pendingRun.workflowId),
      endOf(client, answeredRun.workflowId),
      endOf(client, lateRun.workflowId),
      endOf(client, repeatedRun.workflowId),
      endOf(client, heldRun.workflowId),
    ]);
    await worker.stop();
    expect(codeOf(pendingEnd)).toBe('PendingTooLong');
    expect(codeOf(lateEnd)).toBe('SecurityAnswerTimedOut');
    const posted = of('pending-for-ever').find(({ endpoint }) => endpoint === 'GetAccountsDetail')?.at ?? Number.NaN;
    const slots = polls().map(({ at }) => Math.floor((at - posted) / 1_000));
    expect(new Set(slots).size).toBe(slots.length);
    expect(Math.max(...slots)).toBe(12);
    const verdictOn = (scenario: string, end: Ended, live = false) =>
      judge({ scenario, loginId: loginIdFor(scenario, n), live }, end, of(scenario));
    const verdict = together([
      verdictOn(answered, answeredEnd),
      verdictOn(repeated, repeatedEnd),
      verdictOn(held, heldEnd, true),
    ]);
    report(context, { promise: `the worker's clock ${name}, then jumping`, cases: 5, kills: 0, ...tally(verdict) });
    expect(verdict).toEqual(unbroken);
  },
);
