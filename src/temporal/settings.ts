// What every program reads from its environment about Temporal. Each takes the parts that it needs, so that a bad variable
// is reported in the same words by all of them.
import { readTogether, type Environment } from '../config/environment.js';
import { loadTemporalConfig, type TemporalConfig } from './connection.js';
import { loadPayloadConfig, type PayloadConfig } from './payloads.js';
import { openPayloadStore, type PayloadStore } from './storage/storage.js';

export type { TemporalConfig } from './connection.js';
export type { PayloadConfig } from './payloads.js';
export type { PayloadStore } from './storage/storage.js';

export interface TemporalSettings {
  /** Where the server is and how it is reached, from `temporal.toml` and `TEMPORAL_…`. */
  temporal: TemporalConfig;
  /** The keys of `PAYLOAD_KEYS`; undefined if encryption is off. */
  payloads: PayloadConfig;
  /** The store of `PAYLOAD_STORAGE…`; undefined if large payloads are not stored. */
  store: PayloadStore | undefined;
}

type Part = keyof TemporalSettings;

const readers: { [P in Part]: (environment: Environment) => TemporalSettings[P] } = {
  temporal: loadTemporalConfig,
  payloads: loadPayloadConfig,
  store: openPayloadStore,
};

/** Reads these parts, or all of them. Throws one ConfigurationError that names every bad variable. Connects to nothing. */
export function loadSettings<P extends Part = Part>(
  environment: Environment = process.env,
  parts: readonly P[] = Object.keys(readers) as P[],
): Pick<TemporalSettings, P> {
  const values = readTogether(...parts.map((part) => () => [part, readers[part](environment)] as const));
  return Object.fromEntries(values) as Pick<TemporalSettings, P>;
}
