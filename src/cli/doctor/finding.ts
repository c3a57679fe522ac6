/** What one check of `doctor` found. */
export interface Finding {
  check: string;
  /**
   * `fault`: runs do not start, or do not go on. `warning`: somebody should look at it. `skipped`: not checked, because it
   * is not configured or because of a fault that is named.
   */
  state: 'ok' | 'warning' | 'fault' | 'skipped';
  /** What was found. Never a secret, never a word of a customer. */
  note: string;
  /** What to do about it. */
  mend?: string;
}

/** Findings about one thing, each with its name. */
export const findingsOf = (check: string) => ({
  ok: (note: string): Finding => ({ check, state: 'ok', note }),
  skipped: (note: string): Finding => ({ check, state: 'skipped', note }),
  warning: (note: string, mend: string): Finding => ({ check, state: 'warning', note, mend }),
  fault: (note: string, mend: string): Finding => ({ check, state: 'fault', note, mend }),
});
