import { TestWorkflowEnvironment } from '@temporalio/testing';
import { temporalTestServer } from '../../dev/binaries.js';
import { testConverter } from './encryption.js';
import { startTemporalServer, type TemporalServer, type TemporalServerOptions } from '../../dev/temporal-server.js';

/** A Temporal server whose clock jumps over what a run waits for. The test tears it down. */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const path = await temporalTestServer();
  const server = { executable: { type: 'existing-path', path } } as const;
  return TestWorkflowEnvironment.createTimeSkipping({ server, client: { dataConverter: testConverter() } });
}

/** A real Temporal dev server on free ports, without Web UI unless `uiPort` is given. The test stops it. */
export const devServer = (options: TemporalServerOptions = {}): Promise<TemporalServer> => startTemporalServer(options);

/**
 * Settings of a server that deletes runs at once. By default it notes every half minute only which runs have closed for
 * good, and deletes none before that.
 */
export const deletesAtOnce = ['history.transferProcessorUpdateAckInterval="200ms"'];
