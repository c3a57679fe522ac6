// The product's own metrics, as a meter creates them: name, kind of value, unit, description. Dashboards and alerts depend
// on the names: add, never rename. No label holds an id.

export const metrics = {
  runs: ['flinks_runs_total', undefined, 'Runs that ended, by outcome'],
  timeToResult: ['flinks_time_to_result_seconds', 'float', undefined, 'From the start of a run to its result'],
  answerWait: ['flinks_answer_wait_seconds', 'float', undefined, 'From a question of the bank to the answer'],
  pollsPerRun: ['flinks_polls_per_run', 'int', undefined, 'Polls of a run that ended'],
  calls: ['flinks_calls_total', undefined, 'Calls to Flinks, by endpoint and code'],
  callDuration: ['flinks_call_duration_seconds', 'float', undefined, 'Time that calls to Flinks took'],
} as const;

/** Upper bounds of the histograms' buckets: from the quickest that happens to the longest that is allowed. */
export const histogramBuckets: Record<string, number[]> = {
  // A stored answer takes about a second, a retrieval may take its 30 minutes twice.
  [metrics.timeToResult[0]]: [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600],
  // An answer has 7 minutes by default, and all rounds of a session 25.
  [metrics.answerWait[0]]: [5, 10, 20, 30, 60, 120, 180, 300, 420, 600, 1_500],
  [metrics.pollsPerRun[0]]: [0, 1, 2, 3, 5, 10, 20, 30, 60, 120],
  // Flinks may hold a call for 210 s, and the HTTP client gives up after 225.
  [metrics.callDuration[0]]: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 210, 225],
};
