import { Client, Connection } from '@temporalio/client';
import { afterAll } from 'vitest';
import type { TemporalServer, TemporalServerOptions } from '../../dev/temporal-server.js';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/server.js';
import { AccountDetailsClient } from '../../src/client.js';
import { testConverter } from './encryption.js';
import { devServer } from './servers.js';
import { startWorker, type Variables, type WorkerProcess } from './worker-process.js';

export interface LiveStackOptions {
  server?: TemporalServerOptions;
  simulator?: SimulatorOptions;
}

/** What the tests of a file share: a real Temporal server, a simulator, and a client with the key of the tests. */
export interface LiveStack {
  server: TemporalServer;
  simulator: Simulator;
  connection: Connection;
  /** Temporal's own client, for what the product's does not do. */
  temporal: Client;
  client: AccountDetailsClient;
  /** Starts a worker as a process between the two, and resolves when it polls. Without a stop of its own it ends with the file. */
  work(variables?: Variables): Promise<WorkerProcess>;
}

/**
 * Brings up a stack for the tests of one file, which awaits it before its first test. All of it is stopped after the last
 * test, and also if one part could not be started.
 */
export async function liveStack(options: LiveStackOptions = {}): Promise<LiveStack> {
  const stops: (() => Promise<void>)[] = [];
  // What was started last goes first: a worker puts down its work before its server is gone.
  const stop = async (): Promise<void> => {
    for (const stopPart of stops.splice(0).toReversed()) await stopPart();
  };
  try {
    const server = await devServer(options.server);
    stops.push(server.stop);
    const simulator = await startSimulator(options.simulator);
    stops.push(() => simulator.close());
    const connection = await Connection.connect({ address: server.address });
    const temporal = new Client({ connection, dataConverter: testConverter('default', 'client') });
    const client = new AccountDetailsClient(temporal);
    // The connection stays open until the process ends. A call that a test gave up may still wait to be repeated by the SDK,
    // for 40 seconds on a busy server, and a closed connection would throw out of its timer.
    const work = async (variables: Variables = {}): Promise<WorkerProcess> => {
      const worker = await startWorker(server, simulator, variables);
      stops.push(worker.stop);
      return worker;
    };
    afterAll(stop);
    return { server, simulator, connection, temporal, client, work };
  } catch (error) {
    await stop();
    throw error;
  }
}
