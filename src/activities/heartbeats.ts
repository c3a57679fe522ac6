// How an ordinary activity holds its call: it heartbeats, and it is cancelled together with its HTTP request.
import { Context } from '@temporalio/activity';
import { leaseOf, type Lease } from './lease.js';

/** A cancelled run waits until its request is aborted, and hears of it with a heartbeat. So this bounds a cancel. */
const heartbeatEveryMs = 1_000;

/**
 * Runs `call` with the signal that aborts it, and heartbeats until it ends. The signal aborts when the run is cancelled or
 * when the lease is lost. An operator who pauses or resets the activity does not abort it: nobody would know then what the
 * bank has seen, and the call is soon over anyway. `prove` asks Temporal whether the call is still ours.
 */
export async function withHeartbeats<T>(call: (signal: AbortSignal, prove: Lease['prove']) => Promise<T>): Promise<T> {
  const context = Context.current();
  const { cancellationSignal } = context;
  const hangUp = new AbortController();
  const onCancel = (): void => {
    const { paused = false, reset = false } = context.cancellationDetails ?? {};
    if (!paused && !reset) hangUp.abort(cancellationSignal.reason);
  };
  if (cancellationSignal.aborted) onCancel();
  else cancellationSignal.addEventListener('abort', onCancel, { once: true });
  const lease = leaseOf(context);
  const timer = setInterval(() => {
    context.heartbeat();
    lease.check();
  }, heartbeatEveryMs);
  try {
    return await call(AbortSignal.any([hangUp.signal, lease.signal]), lease.prove);
  } finally {
    clearInterval(timer);
  }
}
