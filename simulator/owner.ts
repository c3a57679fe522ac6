import type { DataShape } from './scenario.js';

/** Whose accounts, and as of when (milliseconds). The same owner has the same accounts in every process. */
export interface Owner {
  seed: number;
  loginId: string;
  data: DataShape;
  refreshedAt: number;
}
