import { DefaultLogger, makeTelemetryFilterString, Runtime, type LogEntry } from '@temporalio/worker';
import pino, { type DestinationStream, type Logger } from 'pino';

/** Fields of the SDK's log lines that would let a reader answer for an activity. */
const SECRET = ['taskToken', 'task_token'];

/** How much of the log is kept while it cannot be written, in bytes. */
const MOST_KEPT = 1_000_000;

/**
 * The process's one logger: JSON lines on stderr, level from LOG_LEVEL (info). The Temporal SDK logs through it, too. Call once, before
 * anything else of the SDK.
 */
export function installLogging(): Logger {
  const log = pino({ level: process.env['LOG_LEVEL'] ?? 'info', redact: { paths: SECRET, remove: true } }, stderr());
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }: LogEntry) => {
      log[PINO_LEVEL[level]](told({ ...meta }), message);
    }),
    // What the SDK's core says comes the same way; by itself it writes coloured lines to stdout.
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} } },
  });
  return log;
}

/**
 * Where stderr cannot be written, as when it goes to a file on a full disk, the process goes on: a run says in its status what it waits for. What is kept
 * meanwhile is written as soon as it can be.
 */
function stderr(): DestinationStream {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: MOST_KEPT });
  return destination.on('error', () => undefined);
}

/** An error has no fields of its own that JSON shows. */
function told(meta: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(meta).map(([name, value]) => [name, value instanceof Error ? pino.stdSerializers.err(value) : value]),
  );
}

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;
