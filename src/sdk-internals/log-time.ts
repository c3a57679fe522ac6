// Needs the symbol under which the SDK says when a line was logged: a line of its native core comes a moment later. The SDK
// exports it only with the whole worker, and whoever logs need not have a worker.
const logTimestamp = Symbol.for('log_timestamp');

/** When a line of the SDK was logged, in milliseconds since 1970. Undefined if the SDK does not say it. */
export function sdkLogTime(metadata: object): number | undefined {
  const nanoseconds: unknown = Reflect.get(metadata, logTimestamp);
  return typeof nanoseconds === 'bigint' ? Number(nanoseconds / 1_000_000n) : undefined;
}
