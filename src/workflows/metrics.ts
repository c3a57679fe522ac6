// What a run adds to the worker's metrics. The SDK drops what is measured while a history is replayed.
import { ApplicationFailure, isCancellation, metricMeter, workflowInfo } from '@temporalio/workflow';
import { failureTypes, type Progress } from '../contract.js';
import { metrics } from '../contract/metrics.js';

const inSeconds = (sinceMs: number): number => Math.max(0, (Date.now() - sinceMs) / 1_000);

/** Measures a run that completed. */
export function measureResult(progress: Progress): void {
  metricMeter.createHistogram(...metrics.timeToResult).record(inSeconds(workflowInfo().runStartTime.getTime()));
  measureEnd('completed', progress);
}

/** Measures a run that ended otherwise. What is neither a failure nor a cancellation fails a task only and ends no run. */
export function measureFailure(error: unknown, progress: Progress): void {
  if (isCancellation(error)) measureEnd('cancelled', progress);
  else if (error instanceof ApplicationFailure)
    measureEnd(failureTypes.find((type) => type === error.type) ?? 'other', progress);
}

/** Measures how long the customer took for an answer that was taken. */
export function measureAnswer(askedAtMs: number): void {
  metricMeter.createHistogram(...metrics.answerWait).record(inSeconds(askedAtMs));
}

function measureEnd(outcome: string, { polls }: Progress): void {
  metricMeter.createCounter(...metrics.runs).add(1, { outcome });
  metricMeter.createHistogram(...metrics.pollsPerRun).record(polls);
}
