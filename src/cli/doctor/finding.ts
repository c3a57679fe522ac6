/** What one check of `doctor` found. */
export interface Finding {
  check: string;
  /**
   * `fault`: runs do not start, or do not go on. `warning`: somebody should look at it. `skipped`: not checked, because it
   * is not configured or because of a fault that is reported.
   */
  state: 'ok' | 'warning' | 'fault' | 'skipped';
  /** What was found. Never a secret, and nothing that a customer wrote. */
  note: string;
  /** What to do about it. */
  fix?: string;
}

/** Makes the findings of one check. */
export const findingsOf = (check: string) => ({
  ok: (note: string): Finding => ({ check, state: 'ok', note }),
  skipped: (note: string): Finding => ({ check, state: 'skipped', note }),
  warning: (note: string, fix: string): Finding => ({ check, state: 'warning', note, fix }),
  fault: (note: string, fix: string): Finding => ({ check, state: 'fault', note, fix }),
});
