import type { Challenge } from './challenges.js';
import type { FaultRule } from './faults.js';

/** A 202 from a data endpoint: the data come with poll number `readyAtPoll`, counted in one session. */
export interface Waiting {
  code: 'OPERATION_PENDING' | 'OPERATION_DISPATCHED';
  readyAtPoll: number | 'never';
}

/** How much account data a login has, and what is missing from it. */
export interface DataShape {
  accounts: number;
  /** About so many bytes of account details, instead of a plausible number of transactions. */
  bytes?: number;
  withoutTransactions?: boolean;
  /** Every field that may be null is null, and the summary names no types. */
  sparse?: boolean;
  /** No field that Flinks has published is null. */
  filled?: boolean;
  /** Accounts and transactions have figures and a reference number that no double can hold. */
  largeNumbers?: boolean;
}

/** One way in which Flinks and a bank can behave. Its LoginIds begin with its number, its username opens it live. */
export interface Scenario {
  number: number;
  name: string;
  description: string;
  username: string;
  /** Rounds of challenges; all of a round are asked at once, or one of them, chosen by the seed, with `askOne`. */
  rounds: readonly (readonly Challenge[])[];
  askOne: boolean;
  /** Whether the questions are asked in cached mode too, as has been seen in the wild. */
  asksCached: boolean;
  /** After a wrong answer: two more chances in the session, or a final refusal with or without its own code. */
  wrongAnswer: 'again' | 'final' | 'final-plain';
  summary?: Waiting;
  detail?: Waiting;
  statements?: Waiting;
  data: DataShape;
  /** No `Login` in any reply, as when nothing is saved. */
  withoutLogin: boolean;
  /** `LastRefresh` is the first moment of .NET, as for a login that was never refreshed, until a live login. */
  neverRefreshed: boolean;
  faults: readonly FaultRule[];
}

/** A scenario as the tables write it: only what differs from a plain login. */
export type ScenarioEntry = Pick<Scenario, 'number' | 'name' | 'description'> & Partial<Scenario>;

/** Fills in what a plain login has: four accounts, no question, no wait, no fault. */
export function scenarioFrom(entry: ScenarioEntry): Scenario {
  return {
    username: entry.name,
    rounds: [],
    askOne: false,
    asksCached: false,
    wrongAnswer: 'again',
    data: { accounts: 4 },
    withoutLogin: false,
    neverRefreshed: false,
    faults: [],
    ...entry,
  };
}
