// The right of an activity to hold its call. What holds:
// 1. Temporal gives a call to another worker when it has heard nothing from this one for the heartbeat time-out. A worker
//    that is cut off from Temporal does not learn that. So its request is hung up two seconds before.
// 2. Temporal proves by its reply to a heartbeat that it still hears this worker. A heartbeat that was only sent proves
//    nothing, and the SDK does not show the reply. So the lease sends heartbeats of its own.
// 3. A confirmation counts from when it was asked for, not from when it came.
// 4. The clock of the day may be set during a call, so it is not used.
import type { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { isGrpcError } from '../sdk-internals/grpc-status.js';

const proofEveryMs = 2_000;
/** The request has to be gone this long before the time-out. */
const marginMs = 2_000;

export interface Lease {
  /** Aborted when Temporal may soon give the call away. */
  signal: AbortSignal;
  /** Looks whether the call is still ours. Call this about every second. */
  check(): void;
}

/** The right to make this call, for as long as Temporal confirms its heartbeats. */
export function leaseOf(context: Context): Lease {
  const { heartbeatTimeoutMs, base64TaskToken, namespace } = context.info;
  const lost = new AbortController();
  let confirmedAt = performance.now();
  let asking = false;

  const give = (why: string): void => lost.abort(ApplicationFailure.retryable(why, 'TemporalUnreachable'));

  async function confirm(): Promise<void> {
    const askedAt = performance.now();
    asking = true;
    try {
      const { client } = context;
      const taskToken = Buffer.from(base64TaskToken, 'base64');
      await client.withDeadline(Date.now() + proofEveryMs, () =>
        client.workflowService.recordActivityTaskHeartbeat({ namespace, taskToken, identity: client.options.identity }),
      );
      confirmedAt = askedAt;
    } catch (error) {
      // The run was terminated, or its call was given away. Nobody waits for this one, and another may begin at any moment.
      if (isGrpcError(error, 'notFound')) give('The run of this call has ended, so the worker hung it up.');
      // Otherwise Temporal cannot be reached. Without a confirmation the lease runs out.
    } finally {
      asking = false;
    }
  }

  return {
    signal: lost.signal,
    check() {
      if (heartbeatTimeoutMs === undefined) return;
      const silentMs = performance.now() - confirmedAt;
      if (silentMs > heartbeatTimeoutMs - marginMs)
        give('The worker lost its connection to Temporal, so it hung up its call to Flinks.');
      else if (silentMs >= proofEveryMs && !asking) void confirm();
    },
  };
}
