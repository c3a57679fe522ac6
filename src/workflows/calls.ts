// The three kinds of call to Flinks, by what a second call could do. Activities make each kind by the same name.
import { ActivityCancellationType, proxyActivities, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { Authorized } from '../activities/authorize.js';
import type { Activities } from '../activities/index.js';
import type { Attempt } from '../activities/retries.js';
import type { FailureType, Progress } from '../contract.js';
import type { DataReply } from '../flinks/replies.js';
import type { Run } from './context.js';
import { detailOf, failureOf, isSilent, isUnsent, reported, runFailure } from './failures.js';
import { isPassing, tryShort, usualReply, waitAfter } from './short-calls.js';
import { orUndecodable } from './unread.js';
import { waitToRetry } from './waiting.js';

export { catchUp } from './short-calls.js';

type Reply = Authorized | DataReply;
type Calls = ActivityInterfaceFor<Activities>;
/** Makes the call by one of the activities; `at` tells it which attempt it is. */
type Call<T> = (activities: Calls, at: Attempt) => Promise<T>;
/** What it means that an activity ended without a reply or a failure of its own: another type of failure, or a reply. */
type WhenLost<T> = { type: FailureType } | { reply: T };

/**
 * Makes a call that is safe to repeat. The activity says when, and the workflow makes it again; Temporal does only when a
 * worker died. `label` tells a reader of the run what the call is for.
 */
export const repeatable = <T extends Reply>(run: Run, label: string, call: Call<T>): Promise<T> =>
  noted(run, { type: 'FlinksUnavailable' }, async () => {
    const tried = await tryShort(run, label, (short, at) => heard(run, call(short, at)));
    if ('reply' in tried) return tried.reply;
    return inAttempts(run, tried.next, (at) =>
      heard(run, call(activities(run, label, whenWorkerDies), { ...at, repeatedBy: 'workflow' })),
    );
  });

/**
 * Makes a call that must not be made twice unasked. Temporal makes one attempt. The workflow makes another only when the
 * failure says so by `retryInMs`, because it proves that this does no harm.
 */
export const atMostOnce = <T extends Reply>(run: Run, label: string, whenLost: WhenLost<T>, call: Call<T>) =>
  noted(run, whenLost, () =>
    inAttempts(run, { attempt: 1, elapsedMs: 0 }, (at) =>
      onceSent(run, () => heard(run, call(activities(run, label, noRetry), at))),
    ),
  );

/** Makes attempts for as long as their failures say when the next may follow. */
async function inAttempts<T>(run: Run, first: Attempt, make: (at: Attempt) => Promise<T>): Promise<T> {
  const start = Date.now() - first.elapsedMs;
  for (let { attempt } = first; ;) {
    try {
      return await make({ attempt, elapsedMs: Date.now() - start });
    } catch (error) {
      const details = reported(error)?.details;
      if (!isPassing(details)) throw error;
      await waitAfter(run, details);
      // Temporal may have made some of them, when a worker died.
      attempt = details.retry?.attempt ?? attempt + 1;
    }
  }
}

/** Makes one attempt, and waits for as long as nothing is sent: until a worker fits, or the login's turn is free. */
async function onceSent<T>(run: Run, make: () => Promise<T>): Promise<T> {
  for (let refused = 1; ; refused++) {
    try {
      return await make();
    } catch (error) {
      if (!isUnsent(error)) throw error;
      const waitMs = unsentWaitMs(refused);
      if (waitMs === undefined) throw failureOf(error, 'FlinksUnavailable', run.progress.current.requestId);
      await waitToRetry(run, waitMs);
    }
  }
}

/**
 * Polls once, and counts the poll if Flinks answered it. A poll that failed for a passing reason (a 503, say) is not
 * repeated: it counts as pending, because the next slot asks again. No slot comes after the last one, so a failure of the
 * last poll ends the run, and so does a failure with which Flinks asks for no call before the deadline: `leftMs` is the
 * time until then. With a pending reply comes how long Flinks asked to be left alone.
 */
export async function poll(
  run: Run,
  label: string,
  leftMs: number,
  call: (activities: Calls) => Promise<DataReply>,
): Promise<DataReply> {
  const { progress } = run;
  const count = (code: string | undefined): void =>
    progress.learn({ polls: progress.current.polls + 1, ...(code !== undefined && { lastFlinksCode: code }) });
  try {
    // The timer before it has the label already.
    const tried = await tryShort(run, undefined, (short) => heard(run, call(short)));
    const kept = 'reply' in tried ? tried.reply : await heard(run, call(activities(run, label, whenWorkerDies)));
    const reply = readable((kept as DataReply | null | undefined) ?? usualReply);
    count(reply.kind === 'pending' ? reply.code : undefined);
    return reply;
  } catch (error) {
    const details = reported(error)?.details;
    if (details?.answered) count(details.flinksCode);
    const retryAfterMs = details?.retryAfterMs;
    if (leftMs <= 0 || (retryAfterMs ?? 0) > leftMs || !details?.transient)
      throw failureOf(error, 'FlinksUnavailable', progress.current.requestId);
    return { kind: 'pending', ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
}

/** Activities say themselves when to stop and how long to wait. This is for those that cannot: their worker died. */
const whenWorkerDies = {
  initialInterval: '2 seconds',
  backoffCoefficient: 2,
  maximumInterval: '30 seconds',
  maximumAttempts: 20,
} as const;
const noRetry = { maximumAttempts: 1 } as const;

/** What was not sent is tried again: until a worker fits, or the login's turn is free. As often as if workers died. */
const unsentWaitMs = (refused: number): number | undefined =>
  refused < whenWorkerDies.maximumAttempts ? Math.min(2_000 * 2 ** (refused - 1), 30_000) : undefined;

/** The ordinary activities, as this call needs them. */
function activities(run: Run, label: string, retry: typeof whenWorkerDies | typeof noRetry): Calls {
  run.beforeWait();
  return proxyActivities<Activities>({
    summary: label,
    retry,
    // The HTTP client gives up long before; this ends an activity that hangs outside of HTTP.
    startToCloseTimeout: '10 minutes',
    // A worker that died is noticed after this.
    heartbeatTimeout: '10 seconds',
    // The default does not wait. But a run must not close, and a new one start, while its request to Flinks is open.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  });
}

/** What came of a call, also a failure, once it is known whether it can be read. */
async function heard<T>(run: Run, calling: Promise<T>): Promise<T> {
  const [outcome] = await Promise.allSettled([calling]);
  run.replies += 1;
  const name = `reply-${run.replies}`;
  if (outcome.status === 'fulfilled') return orUndecodable(name, outcome.value) as T;
  // One that cannot be read is taken for an activity that could not say anything.
  orUndecodable(name, detailOf(outcome.reason));
  throw outcome.reason;
}

/** Makes a call, notes for `progress` what Flinks said, and turns a failure of the call into one of the run. */
async function noted<T extends Reply>({ progress }: Run, whenLost: WhenLost<T>, call: () => Promise<T>): Promise<T> {
  try {
    const reply = readable(await call());
    progress.learn(factsOf(reply));
    return reply;
  } catch (error) {
    if ('reply' in whenLost && isSilent(error)) return whenLost.reply;
    const silent = 'type' in whenLost ? whenLost.type : 'FlinksUnavailable';
    throw failureOf(error, silent, progress.current.requestId);
  }
}

function factsOf(reply: Reply): Partial<Pick<Progress, 'requestId' | 'institution' | 'lastFlinksCode'>> {
  if (reply.kind === 'accounts') return {};
  const code = reply.code === undefined ? {} : { lastFlinksCode: reply.code };
  if (reply.kind === 'pending') return code;
  const { requestId, institution } = reply.kind === 'session' ? reply.session : reply.open;
  return { requestId, ...(institution !== undefined && { institution }), ...code };
}

/** A reply that can never be read from Temporal ends the run. Otherwise it would fail its workflow task for ever. */
function readable<T extends Reply>(reply: T): T {
  // Types promise more than what comes out of a history.
  if (typeof (reply as Partial<Reply> | null | undefined)?.kind === 'string') return reply;
  throw runFailure('UnexpectedResponse', 'The reply of Flinks was kept in Temporal and cannot be read any more.');
}
