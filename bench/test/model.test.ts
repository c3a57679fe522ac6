import { expect, test } from 'vitest';
import { billableActions } from '../history-cost.js';
import { atSaturation, listPrice, needOf, perLogin, type Night, type Part } from '../need.js';
import { ratiosOf, type Figures } from '../ratios.js';

const nothing = { serverMs: 0, workerMs: 0, clientMs: 0, flinksMs: 0, events: 0, bytes: 0, actions: 0, transitions: 0 };
const part = (more: Partial<Part>): Part => ({ ...nothing, ...more });

const parts = {
  plain: part({ serverMs: 10, workerMs: 20, events: 20, bytes: 10_000, actions: 5, transitions: 10 }),
  challenge: part({ serverMs: 5, actions: 5 }),
  poll: part({ serverMs: 10, workerMs: 10, events: 5, bytes: 1_000, actions: 2, transitions: 5 }),
};

const night: Night = {
  logins: 360_000,
  hours: 1,
  peak: 2,
  challenged: 0.2,
  pending: 0.1,
  polls: 4,
  answerSeconds: 60,
  intervalSeconds: 30,
  utilisation: 0.5,
  writeMs: 5,
  shardBusy: 0.05,
  replyKilobytes: 50,
  workerKilobytesPerRun: 200,
  nightsPerMonth: 30,
};

test('a login costs a plain run, and a share of a challenge and of its polls', () => {
  expect(perLogin(parts, night)).toEqual(
    part({ serverMs: 15, workerMs: 24, events: 22, bytes: 10_400, actions: 6.8, transitions: 12 }),
  );
});

test('a night needs what its busiest hour does', () => {
  const need = needOf(parts, night);
  // 100 logins a second, twice as many in the busiest hour.
  expect(need.perSecond.runs).toBe(200);
  expect(need.perSecond.polls).toBeCloseTo(80);
  expect(need.perSecond.events).toBeCloseTo(4_400);
  expect(need.perSecond.databaseWrites).toBeCloseTo(2_400);
  // 200 a second. A fifth of them waits a minute, and a tenth two.
  expect(need.waitingAtOnce).toBeCloseTo(200 * (12 + 12));
  expect(need.serverCores).toBeCloseTo(6);
  expect(need.workerCores).toBeCloseTo(9.6);
  // 2,400 writes of 5 ms keep 12 shards busy all the time, and a twentieth of the time 240.
  expect(need.historyShards).toBe(256);
  expect(need.bandwidth.flinksToWorkers).toBeCloseTo(80);
  expect(need.perNight.millionActions).toBeCloseTo(2.448);
  expect(need.perNight.gigabytesStored).toBeCloseTo(3.744);
});

test('actions cost the tiers of the list, or a price of the caller’s', () => {
  expect(listPrice(11.25)).toBe(525);
  expect(listPrice(0)).toBe(0);
  expect(listPrice(201)).toBe(250 + 225 + 400 + 1_050 + 1_500 + 101 * 25);
  expect(needOf(parts, { ...night, pricePerMillion: 10 }).dollarsPerMonth).toBeCloseTo(2.448 * 30 * 10);
});

test('a machine carries as many runs as its cores have time for all parts of one', () => {
  expect(atSaturation(part({ serverMs: 10, workerMs: 20, clientMs: 5, flinksMs: 5 }), 2)).toBe(50);
});

test('local activities of one workflow task are billed as one action, and replies are not billed', () => {
  const marker = (workflowTaskCompletedEventId: number) => ({
    markerRecordedEventAttributes: { workflowTaskCompletedEventId: workflowTaskCompletedEventId as never },
  });
  expect(
    billableActions([
      { workflowExecutionStartedEventAttributes: {} },
      { workflowTaskCompletedEventAttributes: {} },
      marker(4),
      marker(4),
      { timerStartedEventAttributes: {} },
      { timerFiredEventAttributes: {} },
      marker(9),
      { activityTaskScheduledEventAttributes: {} },
      { activityTaskCompletedEventAttributes: {} },
    ]),
  ).toBe(5);
});

const figures = (flowsPerSecond: number[], p50 = 0): Figures => ({
  rounds: flowsPerSecond.map((rate) => ({
    flowsPerSecond: rate,
    cpu: { server: 100 / rate, worker: 100 / rate, database: 0, client: 0, flinks: 0 },
  })),
  latency: { p50, p99: p50 },
});

test('ratios are taken round by round, so that a slow moment of the machine weighs on both', () => {
  const ratios = ratiosOf(
    new Map([
      ['flinks-temporal', figures([20, 40, 90], 35)],
      ['bare Temporal', figures([10, 20, 30])],
      ['flinks-temporal, default server', figures([10, 10, 10], 205)],
      ['plain script', figures([1, 1, 1], 5)],
    ]),
  );
  expect(ratios['flows/s, product / bare Temporal']).toEqual({ min: 2, median: 2, max: 3 });
  expect(ratios['CPU total, product / bare Temporal']).toMatchObject({ median: 0.5, max: 0.5 });
  expect(ratios['flows/s, tuned / default server']).toEqual({ min: 2, median: 4, max: 9 });
  expect(ratios['idle p50 above the plain script, ms']).toBe(30);
  expect(ratios['idle p50 above the plain script, tuned / default server']).toBe(0.15);
  expect(Object.keys(ratios)).not.toContain('flows/s, product / bare Temporal, default server');
});
