// The real worker on a Temporal server that skips time, against the real simulator over HTTP, which goes by that
// server's clock: what the simulator records is what Flinks would have seen.
import { Client, type Connection, type TestService, type WorkflowStartOptions } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/server.js';
import { createActivities, type Activities } from '../../src/activities/index.js';
import { defaultRetryPolicy, type RetryPolicy } from '../../src/activities/retries.js';
import { searchAttributes, taskQueue, type RetrieveAccountDetailsInput } from '../../src/contract.js';
import { createFlinksClient, type FlinksClientOptions } from '../../src/flinks/client.js';
import { testConverter } from './encryption.js';
import { followBrokenReferences } from '../../src/sdk-internals/broken-references.js';
import { createRetrievals, type RawPayload, type Retrieval } from './retrieval.js';
import { timeSkippingEnvironment } from './servers.js';
import { usualBundle } from './workflow-bundle.js';

/** Three attempts a few milliseconds apart. What Flinks asks for by Retry-After is still honoured. */
export const retryPolicy: RetryPolicy = {
  ...defaultRetryPolicy,
  maximumAttempts: 3,
  initialInterval: 20,
  maximumInterval: 80,
};

export interface WorkflowEnvironment {
  readonly server: TestWorkflowEnvironment;
  readonly simulator: Simulator;
  /** Starts a run for a LoginId of the scenario that no other run of this file has. */
  start(scenario: string, input?: Partial<RetrieveAccountDetailsInput>): Promise<Retrieval>;
  /** Starts a run with anything as its input. */
  startWith(input: unknown): Promise<Retrieval>;
  /** Starts a run with a payload as it is, past every converter. */
  startRaw(payload: RawPayload): Promise<Retrieval>;
  /** Starts and follows runs without moving the clock, so that many can go at a time. */
  readonly client: Client;
  /** Lets the clock jump over what runs wait for while `meanwhile` runs, however many runs that is about. */
  whileTimePasses<T>(meanwhile: () => Promise<T>): Promise<T>;
  /** How runs are started that are not started here. */
  readonly turn: Turn;
  /** Takes the worker away while `meanwhile` runs, so that all that happens then reaches the run in one task. */
  withoutWorker(meanwhile: () => Promise<void>): Promise<void>;
}

/** A run with a turn in the task queue makes all its calls by it, and none within a workflow task. */
type Turn = Pick<WorkflowStartOptions, 'priority'>;

/**
 * Brings all of it up for the tests of one file, and takes it down afterwards. A file that uses `withoutWorker` sets
 * `cache` to false: a run that is kept in one worker's memory would wait for that worker. Its runs have a turn, since a
 * worker without a cache loses local activities. With `change` the worker has other activities, with `limits` its Flinks
 * client other limits.
 */
export function workflowEnvironment({
  cache = true,
  change = (activities: Activities) => activities,
  limits = {},
}: {
  cache?: boolean;
  change?: (activities: Activities) => Activities;
  limits?: Partial<Pick<FlinksClientOptions, 'timeouts' | 'maxResponseBytes'>>;
} = {}): WorkflowEnvironment {
  const turn: Turn = cache ? {} : { priority: { priorityKey: 3 } };
  let parts: Awaited<ReturnType<typeof bringUp>> | undefined;
  const up = () => {
    if (!parts) throw new Error('The environment is up only while tests run.');
    return parts;
  };
  beforeAll(async () => {
    parts = await bringUp(cache, turn, change, limits);
  });
  afterEach(() => up().retrievals.closeOpen());
  afterAll(() => parts?.takeDown());
  return {
    get server() {
      return up().server;
    },
    get simulator() {
      return up().simulator;
    },
    get client() {
      return up().client;
    },
    turn,
    async whileTimePasses(meanwhile) {
      const { testService } = up().server.connection as Connection & { testService: TestService };
      await testService.unlockTimeSkipping({});
      try {
        return await meanwhile();
      } finally {
        await testService.lockTimeSkipping({});
      }
    },
    start: (scenario, input) => up().retrievals.start(scenario, input),
    startWith: (input) => up().retrievals.startWith(input),
    startRaw: (payload) => up().retrievals.startRaw(payload),
    withoutWorker: (meanwhile) => up().withoutWorker(meanwhile),
  };
}

/** Once for all environments of a file: the SDK allows no second time. */
function quiet(): void {
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  if (!isQuiet) Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } });
  isQuiet = true;
}
let isQuiet = false;

async function bringUp(
  cache: boolean,
  turn: Turn,
  change: (activities: Activities) => Activities,
  limits: Partial<FlinksClientOptions>,
) {
  quiet();
  const workflowBundle = await usualBundle();
  const server = await timeSkippingEnvironment();
  await registerSearchAttributes(server);
  const simulator = await startSimulator({ now: () => server.currentTimeMs() });
  followBrokenReferences();
  const flinks = createFlinksClient({
    baseUrl: simulator.url,
    ...simulator.keys,
    maxResponseBytes: 8 * 1024 * 1024,
    timeouts: { token: 10_000, authorize: 30_000, data: 30_000, poll: 10_000 },
    ...limits,
  });
  const options: WorkerOptions = {
    connection: server.nativeConnection,
    taskQueue,
    workflowBundle,
    dataConverter: testConverter(),
    activities: change(createActivities(flinks, retryPolicy)),
    ...(!cache && { maxCachedWorkflows: 0 }),
    maxHeartbeatThrottleInterval: '1 second',
  };
  let worker = await runWorker(options);
  return {
    server,
    simulator,
    client: new Client({ connection: server.connection, dataConverter: testConverter('default', 'client') }),
    retrievals: createRetrievals(server.client, simulator, turn),
    async withoutWorker(meanwhile: () => Promise<void>): Promise<void> {
      await worker.stop();
      try {
        await meanwhile();
      } finally {
        worker = await runWorker(options);
      }
    },
    async takeDown(): Promise<void> {
      // The server is a process of its own: it has to go whatever else went wrong.
      try {
        await worker.stop();
      } finally {
        flinks.close();
        await simulator.close();
        await server.teardown();
      }
    },
  };
}

async function runWorker(options: WorkerOptions): Promise<{ stop: () => Promise<void> }> {
  const worker = await Worker.create(options);
  const running = worker.run();
  return {
    stop: () => {
      worker.shutdown();
      return running;
    },
  };
}

// The worker's own registration asks first what is there, which this server cannot say.
async function registerSearchAttributes({ nativeConnection }: TestWorkflowEnvironment): Promise<void> {
  const typeNumbers = { KEYWORD: 2, DATETIME: 6 };
  const typed = Object.entries(searchAttributes).map(([name, type]) => [name, typeNumbers[type]] as const);
  await nativeConnection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(typed),
  });
}
