// What a run does with a payload that its worker cannot read, but another worker, or this one later, may. What holds:
// 1. For its input and for replies of activities the run waits: its workflow task fails, and the server tries another
//    worker. It waits no longer than PAYLOAD_KEY_WAIT, and a cancelled run does not wait.
// 2. For a message of a caller it does not wait, since 150 bytes would make it deaf. The workflow task fails once, so that
//    another worker gets it. If none takes it that can read, the run goes on. See `Copy`.
// 3. What it has given up stays so, whatever key comes later. The history holds a mark, and it decides in a replay.
// 4. What it has read once, a replay has to read, too. Without the key it waits for a worker that has it.
import { CancellationScope, CancelledFailure, patched, workflowInfo } from '@temporalio/workflow';
import { reasonIn, undecodable, type Reason } from '../contract/unread-value.js';

/** Fails the workflow task, which is then tried again. It is no failure of the run. */
export class UnreadYet extends Error {
  override readonly name = 'UnreadYet';
  /** By its type its message stays readable: see failure-converter.cjs. */
  readonly type: string;

  constructor({ type, message }: Reason) {
    super(message);
    this.type = type;
  }
}

/** Whether to fail the workflow task for a value that cannot be read. */
type Fails = (reason: Reason) => boolean;

const isCancelled = (): boolean => CancellationScope.current().consideredCancelled;
const whileItMayCome: Fails = ({ mayCome }) => mayCome && !isCancelled();

/**
 * The copy of a run in the memory of a worker. The server gives it each workflow task of the run, until one fails: then any
 * worker makes a new copy. So a task that fails only in a copy that is not new fails once.
 */
export interface Copy {
  /** Notes that this copy makes steps that are no replay. */
  lives(): void;
  /** Whether to fail the workflow task, so that another worker may read a message. */
  fails: Fails;
}

export function createCopy(): Copy {
  let livesSince: number | undefined;
  const lives = (): number => (livesSince ??= Date.now());
  return {
    lives() {
      if (!workflowInfo().unsafe.isReplaying) lives();
    },
    // Each workflow task has another time.
    fails: ({ mayCome }) => Date.now() !== lives() && mayCome,
  };
}

/**
 * The value, or `undecodable` if it did not come while the run waited for it. A run that is cancelled ends instead of waiting. `name`
 * tells the value from everything else of the run.
 */
export function orUndecodable(name: string, value: unknown): unknown {
  if (!isGivenUp(name, value, whileItMayCome)) return value;
  if (isCancelled()) throw new CancelledFailure('Cancelled while a payload could not be read');
  return undecodable;
}

/** Whether the run goes on without this value. If it should not yet, fails the workflow task. */
export function isGivenUp(name: string, value: unknown, fails: Fails): boolean {
  const mark = `unread-${name}`;
  if (workflowInfo().unsafe.isReplaying) {
    if (patched(mark)) return true;
    refuseUnlessRead(value);
    return false;
  }
  const reason = reasonIn(value);
  if (!reason) return false;
  if (fails(reason)) throw new UnreadYet(reason);
  patched(mark);
  return true;
}

/** Whether a value that was given up can be read by now. `name` tells this try from every other. */
export function isReadNow(name: string, value: unknown, fails: Fails): boolean {
  const mark = `read-${name}`;
  if (workflowInfo().unsafe.isReplaying) {
    if (!patched(mark)) return false;
    refuseUnlessRead(value);
    return true;
  }
  const reason = reasonIn(value);
  if (!reason) return patched(mark);
  if (fails(reason)) throw new UnreadYet(reason);
  return false;
}

/** Fails the workflow task if this value, which was read when it came, cannot be read now. */
export function refuseUnlessRead(value: unknown): void {
  const reason = reasonIn(value);
  if (reason) throw new UnreadYet(reason);
}
