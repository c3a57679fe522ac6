// The wiring of one worker process.
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Logger } from '@temporalio/common';
import { createActivities } from './activities/index.js';
import { ServerUnreachableError } from './contract/errors.js';
import { loadWorkerConfig, type WorkerConfig } from './config.js';
import { ConfigurationError, readTogether, type Environment } from './config/environment.js';
import { taskQueue } from './contract.js';
import { createLogger, logUncaught, nativeLogging } from './logging.js';
import { isMainModule } from './process/main-module.js';
import { createFlinksClient } from './flinks/client.js';
import type { EndedCall } from './flinks/observed.js';
import { loadTemporalConfig, withinReach, type TemporalConfig } from './temporal/connection.js';
import { dataConverterFor, encodedSize, loadPayloadConfig, type PayloadConfig } from './temporal/payloads.js';
import { workflowBundleFor } from './worker/bundle/prebuilt.js';
import { ensureSearchAttributes } from './temporal/search-attributes.js';
import { followBrokenReferences } from './sdk-internals/broken-references.js';
import { openPayloadStore, type PayloadStore } from './temporal/storage/storage.js';
import { atMost, ofBuild, warnWithoutCurrentBuild } from './worker/dispatch.js';
import { serveHealth, type HealthServer, type WorkerState } from './worker/health.js';
import { callObserver, prometheusAt, showOutcomes } from './worker/metrics.js';
import { openTracing, type Tracing } from './worker/tracing.js';
import { slots } from './worker/slots.js';

/** Runs a worker until it is told to stop, then lets running activities finish within the grace period. `state` says how far it is. */
export async function runWorker(
  config: WorkerConfig,
  temporal: TemporalConfig,
  payloads: PayloadConfig,
  store: PayloadStore | undefined,
  state: WorkerState,
  tracing?: Tracing,
): Promise<void> {
  const { logger, metricMeter } = Runtime.instance();
  const connection = await withinReach(temporal.address, NativeConnection.connect(temporal.connectionOptions));
  followBrokenReferences();
  const count = callObserver(metricMeter);
  const observe = (call: EndedCall): void => {
    count(call);
    tracing?.observe(call);
  };
  const flinks = createFlinksClient({ ...config.flinks, observe });
  const dataConverter = dataConverterFor(payloads, temporal.namespace, store);
  const carriage = {
    sizeOf: (reply: unknown) => encodedSize(dataConverter, reply),
    stored: store !== undefined,
  };
  const activities = createActivities(flinks, config.retries, carriage, config.maxCallsPerSecond === undefined);
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
      // After a worker died its runs wait this long for it before another takes them, and a query waits with them.
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
      `worker ready: task queue ${taskQueue}, namespace ${temporal.namespace}, ${temporal.address}\n`,
    );
    await worker.run();
  } finally {
    flinks.close();
    await connection.close();
  }
}

/** Runs a worker as a process. Resolves to its exit code: 0 stopped, 2 configuration, 5 no server, 1 anything else. */
export async function main(environment: Environment = process.env): Promise<number> {
  let health: HealthServer | undefined;
  let tracing: Tracing | undefined;
  try {
    const [config, temporal, payloads, store] = readTogether(
      () => loadWorkerConfig(environment),
      () => loadTemporalConfig(environment),
      () => loadPayloadConfig(environment),
      () => openPayloadStore(environment),
    );
    const state: WorkerState = {};
    // Before the runtime, which would keep the process where one of these fails.
    if (config.healthAddress) health = await serveHealth(config.healthAddress, state);
    if (config.traces) tracing = await openTracing();
    const logger = createLogger(config.logLevel);
    installRuntime(logger, config);
    if (!payloads) logger.warn('PAYLOAD_ENCRYPTION is off, so Temporal stores bank data readable.');
    await runWorker(config, temporal, payloads, store, state, tracing);
    return 0;
  } catch (error) {
    if (error instanceof ConfigurationError || error instanceof ServerUnreachableError) {
      process.stderr.write(`${error.message}\n`);
      return error instanceof ConfigurationError ? 2 : 5;
    }
    createLogger('error').error('The worker failed.', { error });
    return 1;
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
    throw new ConfigurationError([{ variable: 'METRICS_ADDRESS', problem: 'cannot be listened at, or is in use' }]);
  }
}

if (isMainModule(import.meta.url)) {
  logUncaught(createLogger('error'));
  process.exitCode = await main();
}
