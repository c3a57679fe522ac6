// Everything that our programs log, with the lines of Temporal's SDK and of its native core: JSON on stderr. Each line
// holds only what is known to be safe, because the SDK gives its logger whole inputs, errors and activations.
import type { LogLevel, LogMetadata, Logger } from '@temporalio/common';
import { pino, type DestinationStream } from 'pino';
import { escapeHidden } from './contract/harmless.js';
import { safeFields, safeMessage } from './logging/fields.js';
import type { LogLevelName } from './logging/levels.js';
import { sdkLogTime } from './sdk-internals/log-time.js';

/**
 * A logger that takes any message and any metadata and writes what may be seen of them. `message` is a constant text.
 * What varies belongs in the metadata; an unknown key is left out.
 */
export function createLogger(
  level: LogLevelName,
  // Synchronous, so that the last line before an exit is written too.
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  const lines = pino(
    { level, base: null, timestamp: false, formatters: { level: (label) => ({ level: label }) } },
    { write: (line) => destination.write(escapeHidden(line)) },
  );
  const log = (logLevel: LogLevel, message: string, metadata: LogMetadata = {}): void => {
    const name = logLevel.toLowerCase() as LogLevelName;
    if (!lines.isLevelEnabled(name)) return;
    const fields = safeFields(metadata);
    if (!isRepetition(fields)) lines[name]({ time: timeOf(metadata), ...fields }, safeMessage(message));
  };
  return {
    log,
    trace: (message, metadata) => log('TRACE', message, metadata),
    debug: (message, metadata) => log('DEBUG', message, metadata),
    info: (message, metadata) => log('INFO', message, metadata),
    warn: (message, metadata) => log('WARN', message, metadata),
    error: (message, metadata) => log('ERROR', message, metadata),
  };
}

/** How the SDK's native core logs: through the runtime's logger. Its libraries would print whole requests below ERROR. */
export const nativeLogging = (level: LogLevelName) => ({
  forward: {},
  filter: { core: level.toUpperCase() as LogLevel, other: 'ERROR' as LogLevel },
});

/** A payload that cannot be read is reported when it comes. The core then says once more that the workflow task failed. */
const isRepetition = ({ sdkComponent, failure }: Record<string, unknown>): boolean =>
  sdkComponent === 'core' && (failure === 'UnknownPayloadKey' || failure === 'PayloadStoreError');

/** A line of the SDK says when it was logged, which is a moment before it gets here. */
const timeOf = (metadata: LogMetadata): string => new Date(sdkLogTime(metadata) ?? Date.now()).toISOString();
