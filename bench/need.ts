// The arithmetic of a night: what so many logins need, from what one of each kind was measured to cost.

/** What one run costs, or what something adds to a run: CPU milliseconds, and what the server's store gets. */
export interface Part {
  serverMs: number;
  workerMs: number;
  clientMs: number;
  /** The simulator in Flinks' place, which shares the machine in a benchmark only. */
  flinksMs: number;
  events: number;
  bytes: number;
  actions: number;
  /** Changes of a run's state: each is a write to the database, in the shard of its run. */
  transitions: number;
}

export interface Shares {
  /** Of all logins: those whose bank asks a question. */
  challenged: number;
  /** Of all logins: those that wait for Flinks. */
  pending: number;
  /** Polls of one that waits, on average. */
  polls: number;
}

export interface Night extends Shares {
  logins: number;
  hours: number;
  /** The busiest hour against the mean. */
  peak: number;
  answerSeconds: number;
  intervalSeconds: number;
  /** How busy a core may be. */
  utilisation: number;
  /** Of one write to the database, which its shard waits for. */
  writeMs: number;
  /** How busy a shard may be with writes. */
  shardBusy: number;
  replyKilobytes: number;
  workerKilobytesPerRun: number;
  nightsPerMonth: number;
  /** Dollars for a million actions; absent for the tiers of the list. */
  pricePerMillion?: number;
}

export interface Need {
  /** A second, in the busiest hour. */
  perSecond: Record<'runs' | 'polls' | 'events' | 'bytes' | 'databaseWrites' | 'actions', number>;
  waitingAtOnce: number;
  serverCores: number;
  workerCores: number;
  workerGigabytesOfWaiting: number;
  historyShards: number;
  /** Megabits a second. */
  bandwidth: Record<'flinksToWorkers' | 'workersAndServer', number>;
  perNight: Record<'gigabytesStored' | 'millionActions', number>;
  dollarsPerMonth: number;
}

const keys = [
  'serverMs',
  'workerMs',
  'clientMs',
  'flinksMs',
  'events',
  'bytes',
  'actions',
  'transitions',
] as const satisfies readonly (keyof Part)[];

const each = (of: (key: keyof Part) => number): Part =>
  Object.fromEntries(keys.map((key) => [key, of(key)])) as unknown as Part;

export const sum = (...parts: readonly Part[]): Part =>
  each((key) => parts.reduce((total, part) => total + part[key], 0));
export const difference = (one: Part, other: Part): Part => each((key) => one[key] - other[key]);
export const scaled = (part: Part, factor: number): Part => each((key) => part[key] * factor);
export const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

export interface Parts {
  plain: Part;
  challenge: Part;
  poll: Part;
}

/** What a login costs on average. */
export const perLogin = ({ plain, challenge, poll }: Parts, { challenged, pending, polls }: Shares): Part =>
  sum(plain, scaled(challenge, challenged), scaled(poll, pending * polls));

/** Runs a second that so many cores carry when nothing else is on them: the client and the simulator included. */
export const atSaturation = ({ serverMs, workerMs, clientMs, flinksMs }: Part, cores: number): number =>
  (cores * 1_000) / (serverMs + workerMs + clientMs + flinksMs);

export function needOf(parts: Parts, night: Night): Need {
  const login = perLogin(parts, night);
  const runs = (night.logins / (night.hours * 3_600)) * night.peak;
  const writes = runs * login.transitions;
  const { challenged, answerSeconds, pending, polls, intervalSeconds } = night;
  const waitingAtOnce = runs * (challenged * answerSeconds + pending * polls * intervalSeconds);
  const cores = (ms: number): number => (runs * ms) / 1_000 / night.utilisation;
  const megabits = (bytes: number): number => (bytes * 8) / 1e6;
  const millionActions = (night.logins * login.actions) / 1e6;
  const perMonth = millionActions * night.nightsPerMonth;
  return {
    perSecond: {
      runs,
      polls: runs * pending * polls,
      events: runs * login.events,
      bytes: runs * login.bytes,
      databaseWrites: writes,
      actions: runs * login.actions,
    },
    waitingAtOnce,
    serverCores: cores(login.serverMs),
    workerCores: cores(login.workerMs),
    workerGigabytesOfWaiting: (waitingAtOnce * night.workerKilobytesPerRun * 1_024) / 1e9,
    historyShards: powerOfTwoFrom((writes * night.writeMs) / 1_000 / night.shardBusy),
    bandwidth: {
      flinksToWorkers: megabits(runs * night.replyKilobytes * 1_000),
      // What a worker sends comes back to it, or to a client, once.
      workersAndServer: megabits(2 * runs * login.bytes),
    },
    perNight: { gigabytesStored: (night.logins * login.bytes) / 1e9, millionActions },
    dollarsPerMonth: night.pricePerMillion === undefined ? listPrice(perMonth) : perMonth * night.pricePerMillion,
  };
}

/** A cluster's shards are a power of two, and stay as many for ever. */
const powerOfTwoFrom = (least: number): number => 2 ** Math.max(0, Math.ceil(Math.log2(least)));

// Temporal Cloud, pay as you go, plans from Business on: docs/evaluate/cloud/pricing.mdx of temporalio/documentation at
// commit 0217b71, read in November 2026. Beyond the last tier there is no list price, so its own is taken.
const tiers = [
  { millions: 5, dollars: 50 },
  { millions: 5, dollars: 45 },
  { millions: 10, dollars: 40 },
  { millions: 30, dollars: 35 },
  { millions: 50, dollars: 30 },
  { millions: Infinity, dollars: 25 },
];

/** Dollars for so many million actions in a month. */
export function listPrice(millionActions: number): number {
  let left = millionActions;
  let dollars = 0;
  for (const tier of tiers) {
    const inTier = Math.min(left, tier.millions);
    dollars += inTier * tier.dollars;
    left -= inTier;
  }
  return dollars;
}
