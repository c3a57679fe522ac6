/** Where a run can stand. A part of the contract, and apart from its schemas so that a command line need not load these. */
export const stages = [
  'authorizing',
  'awaitingAnswers',
  'summarizing',
  'retrievingDetails',
  'waitingForFlinks',
  'completed',
  'failed',
  'cancelled',
] as const;
export type Stage = (typeof stages)[number];
