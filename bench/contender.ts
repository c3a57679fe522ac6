// One way of doing a flow, as the benchmarks see it.
import type { HistoryCost } from './history-cost.js';

export interface Flow {
  loginId: string;
  live: boolean;
  /** Between two polls, as Temporal writes durations. */
  interval: string;
  /** When the product gives up polling; the others poll for ever. */
  deadline?: string;
}

export interface Contender {
  name: string;
  /** What of a flow outlives a crash, and by which setting. */
  durability: string;
  /** Its own processes; a server that several share is counted in the rounds of each. */
  worker: number;
  server?: number;
  /** The process whose children do the database's work. */
  database?: number;
  /** Runs one flow to its end. */
  run(flow: Flow): Promise<unknown>;
  stop(): Promise<void>;
}

/** One whose flows are workflows of a Temporal server. */
export interface TemporalContender extends Contender {
  server: number;
  /** Begins a flow and does not wait for its end. */
  start(flow: Flow): Promise<unknown>;
  /** What the flow has cost so far. */
  history(flow: Flow): Promise<HistoryCost>;
}
