import { dataConverterFor, loadPayloadConfig } from '../../src/temporal/payloads.js';

/** The data converter of tests: encryption is on, with the key that vitest.config.ts sets for every process. */
export const testConverter = (namespace = 'default', reader: 'worker' | 'client' = 'worker') =>
  dataConverterFor(loadPayloadConfig(), namespace, reader);
