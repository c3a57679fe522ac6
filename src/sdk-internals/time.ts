// Needs the SDK's own conversion of durations and timestamps, which it exports from no public door. A duration in an input
// has to mean what it means to Temporal, and a time that the server tells has to be read as the SDK reads it.
export { msToNumber, tsToMs, type Duration } from '@temporalio/common/lib/time.js';
