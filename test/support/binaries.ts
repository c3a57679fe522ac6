import { temporalCli, temporalTestServer } from '../../dev/binaries.js';

/** Called by vitest before the first file: fetches Temporal's binaries where they are missing, so that no two files do. */
export default async function setup(): Promise<void> {
  await temporalCli();
  await temporalTestServer();
}
