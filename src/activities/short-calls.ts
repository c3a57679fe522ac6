// Short calls: made within a workflow task, by local activities. One costs Temporal a third of what an ordinary activity
// does. workflows/short-calls.ts is the other side. What holds:
// 1. While one runs, queries, answers and cancellations of its run wait. So a call whose answer does not begin in time is
//    hung up, and its result says so. The workflow then makes it again by an ordinary activity.
// 2. An answer that has begun is read to its end: the session may have ended with it.
// 3. The usual reply of a poll is recorded as nothing, because sixty of them would fill a history.
// 4. Short calls bypass the task queue and its rate limit. A worker that has a rate limit makes none.
// 5. A call of the kind "at most once" is never short: when a worker dies, Temporal has its workflow task made again.
// 6. Histories hold these results, so what the workflow reads today it has to read for ever.
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { timeForTheBodyMs, timeForTheRestMs } from '../contract/short-call-time.js';
import { NoAnswerYet } from '../flinks/http.js';
import { isUnfit } from './fit.js';
import type { DataReply } from '../flinks/replies.js';

/** The result of a short call that is to be made again by an ordinary activity. */
export interface AsOrdinary {
  kind: 'asOrdinary';
}

const asOrdinary: AsOrdinary = { kind: 'asOrdinary' };

/** The answer did not begin in the time of a short call. */
class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** Whether this call is a short one. */
export const isShort = (): boolean => Context.current().info.isLocal;

/** Makes a call in the time of a short one. A call whose answer does not begin in time is hung up. */
export async function withinShortTime<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { cancellationSignal, info } = Context.current();
  const withinMs = info.startToCloseTimeoutMs - timeForTheRestMs;
  const tooLong = new AbortController();
  const timer = setTimeout(() => tooLong.abort(new NoAnswerYet(timeForTheBodyMs)), withinMs);
  try {
    return await call(AbortSignal.any([cancellationSignal, tooLong.signal]));
  } catch (error) {
    // What we ourselves say of a whole answer holds, however late it came.
    const isOurs = error instanceof ApplicationFailure;
    throw tooLong.signal.aborted && !cancellationSignal.aborted && !isOurs ? new TookTooLong() : error;
  } finally {
    clearTimeout(timer);
  }
}

/** The reply of a poll as a history keeps it. The usual one is nothing in a short call; the workflow puts it back. */
export const withoutUsualReply = (reply: DataReply): DataReply =>
  isShort() && reply.kind === 'pending' && reply.code === 'OPERATION_PENDING' && reply.retryAfterMs === undefined
    ? (undefined as unknown as DataReply)
    : reply;

type Activity = (...args: never[]) => Promise<unknown>;

/**
 * The same activities, which may also be called as short calls. The types do not tell: a short call may return
 * `AsOrdinary` or nothing, and only the workflow's own side of short calls reads that. Unless `allowed`, none is made.
 */
export const withShortForm = <T extends Record<string, Activity>>(activities: T, allowed: boolean): T =>
  Object.fromEntries(
    Object.entries(activities).map(([name, activity]) => [
      name,
      async (...args: never[]) => {
        if (!isShort()) return activity(...args);
        if (!allowed) return asOrdinary;
        return activity(...args).catch((error: unknown) => {
          // A worker that does not fit: the task queue finds another.
          if (error instanceof TookTooLong || isUnfit(error)) return asOrdinary;
          throw error;
        });
      },
    ]),
  ) as T;
