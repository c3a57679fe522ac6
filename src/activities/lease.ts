// Temporal gives a call to another worker once it has not heard of this one for the heartbeat time-out. A worker that was
// cut off from it hears nothing of that, and would hold its request at Flinks beside the other's.
import type { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

const proofEveryMs = 2_000;
/** So long before the time-out the request has to be gone. */
const marginMs = 2_000;

export interface Lease {
  /** Aborted where Temporal may soon take the call for lost. */
  signal: AbortSignal;
  /** Looks whether the call is still ours. To be called every second or so. */
  check(): void;
}

/** The right to make this call, for as long as Temporal confirms its heartbeats. */
export function leaseOf(context: Context): Lease {
  const { heartbeatTimeoutMs, base64TaskToken, namespace } = context.info;
  const lost = new AbortController();
  // Not the clock of the day, which may be set while a call goes on.
  let confirmedAt = performance.now();
  let asking = false;

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
    } catch {
      // Temporal is away, or has given the call away already: without its word the lease runs out.
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
        lost.abort(ApplicationFailure.retryable('The worker lost touch with Temporal.', 'TemporalUnreachable'));
      else if (silentMs >= proofEveryMs && !asking) void confirm();
    },
  };
}
