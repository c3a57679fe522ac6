// What every part of a run shares.
import type { AnswerDesk } from './answer-desk.js';
import type { ProgressReport } from './progress.js';

export interface Run {
  readonly progress: ProgressReport;
  readonly desk: AnswerDesk;
  readonly shortCalls: ShortCalls;
  /** How many replies of activities have come. */
  replies: number;
  /** Call this before whatever ends the workflow task: others see the run then, and a new task begins after it. */
  beforeWait(): void;
}

/** How a run makes its short calls. Only short-calls.ts reads this. */
export interface ShortCalls {
  /** Whether the run makes any. A run in which one took too long goes on with ordinary calls. */
  allowed: boolean;
  /** Milliseconds for which short calls have held up the workflow task that is under way. */
  heldUpMs: number;
}
