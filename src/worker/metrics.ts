// The metrics of a worker process: those of Temporal's SDK and our own, on one Prometheus page.
import { log } from '@temporalio/activity';
import type { MetricMeter } from '@temporalio/common';
import { failureTypes, taskQueue, workflowType } from '../contract.js';
import type { EndedCall } from '../flinks/observed.js';
import { histogramBuckets, metrics } from '../contract/metrics.js';

/** The runtime's setting that serves `/metrics` at this address; no setting without an address. */
export const prometheusAt = (bindAddress: string | undefined) =>
  bindAddress === undefined
    ? {}
    : { metrics: { prometheus: { bindAddress, histogramBucketOverrides: histogramBuckets } } };

/**
 * Shows every outcome at zero from the start. Otherwise Prometheus would not see the first failure of a kind: it sees no
 * increase in a series that begins with it. The labels are the same as those of the runs' own counts.
 */
export function showOutcomes(meter: MetricMeter, namespace: string): void {
  const runs = meter.createCounter(...metrics.runs);
  for (const outcome of ['completed', 'cancelled', ...failureTypes])
    runs.add(0, { namespace, taskQueue, workflowType, outcome });
}

/** Counts and times the calls to Flinks that activities make, and logs each at debug with the ids of its run. */
export function createCallObserver(meter: MetricMeter): (call: EndedCall) => void {
  const calls = meter.createCounter(...metrics.calls);
  const duration = meter.createHistogram(...metrics.callDuration);
  return ({ endpoint, code, requestId, seconds }) => {
    calls.add(1, { endpoint, code });
    duration.record(seconds, { endpoint });
    log.debug('Flinks call', { endpoint, status: code, requestId, durationMs: Math.round(seconds * 1_000) });
  };
}
