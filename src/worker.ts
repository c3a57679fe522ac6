// The wiring of one worker process.
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Logger } from '@temporalio/common';
import { customerOf } from './activities/fit.js';
import { createActivities } from './activities/index.js';
import { createTurns } from './activities/turns.js';
import { loadWorkerConfig, type WorkerConfig } from './config.js';
import { ConfigurationError, readTogether, type Environment } from './config/environment.js';
import { taskQueue } from './contract.js';
import { createLogger, nativeLogging } from './logging.js';
import { runProgram } from './process/program.js';
import { createFlinksClient } from './flinks/client.js';
import type { EndedCall } from './flinks/observed.js';
import { withinReach } from './temporal/connection.js';
import { nativeOptions } from './worker/native-options.js';
import { dataConverterFor, encodedSize, keyedHashOf } from './temporal/payloads.js';
import { loadSettings, type TemporalSettings } from './temporal/settings.js';
import { workflowBundleFor } from './worker/bundle/prebuilt.js';
import { ensureSearchAttributes } from './temporal/search-attributes.js';
import { followBrokenReferences } from './sdk-internals/broken-references.js';
import { atMost, ofBuild, warnWithoutCurrentBuild } from './worker/dispatch.js';
import { serveHealth, type HealthServer, type WorkerState } from './worker/health.js';
import { createCallObserver, prometheusAt, showOutcomes } from './worker/metrics.js';
import { openTracing, type Tracing } from './worker/tracing.js';
import { slots } from './worker/slots.js';

/**
 * Runs a worker until it is told to stop, then lets running activities finish within the grace period. Writes into `state`
 * how far it is.
 */
export async function runWorker(
  config: WorkerConfig,
  { temporal, payloads, store }: TemporalSettings,
  state: WorkerState,
  tracing?: Tracing,
): Promise<void> {
  const { logger, metricMeter } = Runtime.instance();
  const connection = await withinReach(temporal.address, NativeConnection.connect(nativeOptions(temporal)));
  followBrokenReferences();
  const count = createCallObserver(metricMeter);
  const observe = (call: EndedCall): void => {
    count(call);
    tracing?.observe(call);
  };
  const flinks = createFlinksClient({ ...config.flinks, observe });
  const dataConverter = dataConverterFor(payloads, temporal.namespace, 'worker', store, (error, workflowId) =>
    logger.warn('A payload cannot be read yet', { error, workflowId }),
  );
  const carriage = {
    sizeOf: (reply: unknown) => encodedSize(dataConverter, reply),
    stored: store !== undefined,
  };
  const activities = createActivities(flinks, config.retries, carriage, {
    shortCalls: config.maxCallsPerSecond === undefined,
    customer: customerOf(config.flinks),
    turns: createTurns({
      longestCallMs: config.flinks.timeouts.authorize,
      keyedHash: keyedHashOf(dataConverter.payloadCodecs),
    }),
  });
  try {
    if (config.searchAttributes) await ensureSearchAttributes(connection, temporal.namespace);
    const workflowBundle = await workflowBundleFor(
      { searchAttributes: config.searchAttributes, encryption: payloads !== undefined },
      config.workflowBundle,
    );
    const worker = await Worker.create({
      connection,
      namespace: temporal.namespace,
      taskQueue,
      workflowBundle,
      dataConverter,
      activities,
      ...(tracing && { interceptors: { activity: [tracing.activity] } }),
      shutdownGraceTime: config.shutdownGraceMs,
      // After a worker has died, its runs wait this long for it before another worker takes them. Queries wait as long.
      stickyQueueScheduleToStartTimeout: '1 second',
      // A cancellation reaches an activity with the answer to a heartbeat, so heartbeats must not be held back for long.
      maxHeartbeatThrottleInterval: '1 second',
      ...slots(config.capacity),
      ...atMost(config.maxCallsPerSecond),
      ...ofBuild(config.buildId, workflowBundle.code),
    });
    showOutcomes(metricMeter, temporal.namespace);
    state.connection = connection;
    state.worker = worker;
    if (config.buildId !== undefined) await warnWithoutCurrentBuild(logger, connection, temporal.namespace);
    process.stderr.write(
      `worker ready: it polls task queue ${taskQueue} in namespace ${temporal.namespace} at ${temporal.address}\n`,
    );
    await worker.run();
  } finally {
    flinks.close();
    await connection.close();
  }
}

/** The worker as a program. Resolves to exit code 0 when it was told to stop, and rejects with whatever stopped it otherwise. */
export async function main(environment: Environment = process.env): Promise<number> {
  let health: HealthServer | undefined;
  let tracing: Tracing | undefined;
  try {
    const [config, settings] = readTogether(
      () => loadWorkerConfig(environment),
      () => loadSettings(environment),
    );
    const state: WorkerState = {};
    // Before the runtime, which would keep the process alive if one of these fails.
    if (config.healthAddress) health = await serveHealth(config.healthAddress, state);
    if (config.traces) tracing = await openTracing();
    const logger = createLogger(config.logLevel);
    installRuntime(logger, config);
    if (!settings.payloads)
      logger.warn('PAYLOAD_ENCRYPTION is off, so everybody who can read Temporal can read bank data.');
    await runWorker(config, settings, state, tracing);
    return 0;
  } finally {
    await tracing?.close();
    await health?.close();
  }
}

function installRuntime(logger: Logger, { logLevel, metricsAddress }: WorkerConfig): void {
  const telemetryOptions = { logging: nativeLogging(logLevel), ...prometheusAt(metricsAddress) };
  try {
    Runtime.install({ logger, telemetryOptions });
  } catch (error) {
    if (metricsAddress === undefined) throw error;
    throw new ConfigurationError([
      {
        variable: 'METRICS_ADDRESS',
        problem: 'cannot be used: the port is taken, or this process may not listen there',
      },
    ]);
  }
}

await runProgram(import.meta.url, 'worker', main);
