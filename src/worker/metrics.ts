// The metrics of a worker process: those of Temporal's SDK and our own, on one Prometheus page.
import { log } from '@temporalio/activity';
import type { MetricMeter } from '@temporalio/common';
import type { EndedCall } from '../flinks/observed.js';
import { histogramBuckets, metrics } from '../metrics.js';

/** The runtime's setting that serves `/metrics` at this address; none where there is no address. */
export const prometheusAt = (bindAddress: string | undefined) =>
  bindAddress === undefined
    ? {}
    : { metrics: { prometheus: { bindAddress, histogramBucketOverrides: histogramBuckets } } };

/** Counts and times the calls to Flinks that activities make, and logs each at debug with the ids of its run. */
export function callObserver(meter: MetricMeter): (call: EndedCall) => void {
  const calls = meter.createCounter(metrics.calls, undefined, 'Calls to Flinks, by endpoint and code');
  const duration = meter.createHistogram(metrics.callDuration, 'float', undefined, 'Time that calls to Flinks took');
  return ({ endpoint, code, seconds }) => {
    calls.add(1, { endpoint, code });
    duration.record(seconds, { endpoint });
    log.debug('Flinks call', { endpoint, status: code, durationMs: Math.round(seconds * 1_000) });
  };
}
