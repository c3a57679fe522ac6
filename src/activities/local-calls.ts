// Calls that are made within a workflow task, by local activities: they cost Temporal a third of what an ordinary activity
// does. While one runs, queries, answers and cancellations of its run wait, so that it must be short.
import { Context } from '@temporalio/activity';
import { NoAnswerYet } from '../flinks/http.js';
import { timeForTheBodyMs, timeForTheRestMs } from '../contract/short-call-time.js';

/** What a local activity returns where the call is for an ordinary one: it took too long, or this worker makes none. */
export interface AsOrdinary {
  kind: 'asOrdinary';
}

const asOrdinary: AsOrdinary = { kind: 'asOrdinary' };

/**
 * Makes a call within the time of this local activity. One whose answer does not begin in time is given up, and its request
 * aborted. An answer that has begun is read: whoever hangs up then may find the session ended.
 */
export async function briefly<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T | AsOrdinary> {
  const { cancellationSignal, info } = Context.current();
  const withinMs = info.startToCloseTimeoutMs - timeForTheRestMs;
  const tooLong = new AbortController();
  const timer = setTimeout(() => tooLong.abort(new NoAnswerYet(timeForTheBodyMs)), withinMs);
  try {
    return await call(AbortSignal.any([cancellationSignal, tooLong.signal]));
  } catch (error) {
    if (tooLong.signal.aborted && !cancellationSignal.aborted) return asOrdinary;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

type Activity = (...args: never[]) => Promise<unknown>;

/** The same activities, of which none calls Flinks as a local one: those pass by the task queue, and by its rate. */
export const onlyAsOrdinary = <T extends Record<string, Activity>>(activities: T): T =>
  Object.fromEntries(
    Object.entries(activities).map(([name, activity]) => [
      name,
      async (...args: never[]) => (Context.current().info.isLocal ? asOrdinary : activity(...args)),
    ]),
  ) as T;
