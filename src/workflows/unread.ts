// What a run does with a payload that its worker cannot read, but another worker, or this one later, may. What holds:
// 1. The run waits for its input and for replies of activities, by failing its workflow task: the server then tries another
//    worker. It waits no longer than PAYLOAD_KEY_WAIT, and a cancelled run does not wait.
// 2. It does not wait for anything else: one message in 150 bytes would make it deaf.
// 3. What it has given up stays so, whatever key comes later. The history holds a mark, and it decides in a replay.
// 4. What it has read once, a replay has to read, too. Without the key it waits.
import { CancellationScope, CancelledFailure, log, patched, workflowInfo } from '@temporalio/workflow';
import { reasonIn, undecodable, type Reason } from '../temporal/payload-converter.js';

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

function tryAgain(reason: Reason): never {
  log.warn('A workflow task cannot read a payload and is tried again', { failureType: reason.type, reason: reason.message });
  throw new UnreadYet(reason);
}

/** The value, or `undecodable` if the run has given up reading it. `name` tells it from everything else of the run. */
export function orUndecodable(name: string, value: unknown, { wait }: { wait: boolean }): unknown {
  return isGivenUp(name, value, wait) ? undecodable : value;
}

/** Whether the run goes on without this value. If it should wait for it, fails the workflow task. */
export function isGivenUp(name: string, value: unknown, wait = false): boolean {
  const reason = reasonIn(value);
  const mark = `unread-${name}`;
  if (workflowInfo().unsafe.isReplaying) {
    if (patched(mark)) return true;
    refuseUnlessRead(value);
    return false;
  }
  if (!reason) return false;
  if (wait) waitIfItMayCome(value);
  patched(mark);
  return true;
}

/** Fails the workflow task if this value may still come. A run that is cancelled ends instead. */
export function waitIfItMayCome(value: unknown): void {
  const reason = reasonIn(value);
  if (!reason?.mayCome) return;
  if (CancellationScope.current().consideredCancelled)
    throw new CancelledFailure('Cancelled while a payload could not be read');
  tryAgain(reason);
}

/** Fails the workflow task if this value, which was read when it came, cannot be read now. */
export function refuseUnlessRead(value: unknown): void {
  const reason = reasonIn(value);
  if (reason) tryAgain(reason);
}
