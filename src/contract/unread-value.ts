// The value that stands for a payload that cannot be read. The workflow sandbox loads this file, so it must not use anything of
// Node.
import { unread } from './unreadable.cjs';

/** Stands for a payload that cannot be read. It fits no schema, so it ends as a bad input or a refused answer. */
export const undecodable = { undecodable: true };

/** Why a payload could not be read, if that may change. */
export interface Reason {
  type: string;
  message: string;
  /** Whether it is still worth waiting for. */
  mayCome: boolean;
}

/** Why a value could not be read. Undefined if it could be, or never can be. */
export const reasonIn = (value: unknown): Reason | undefined =>
  (value as { [unread]?: Reason } | null | undefined)?.[unread];
