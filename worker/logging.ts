import { DefaultLogger, makeTelemetryFilterString, Runtime, type LogEntry } from '@temporalio/worker';
import pino, { type Logger } from 'pino';

/** Fields of the SDK's log lines that would let a reader answer for an activity. */
const SECRET = ['taskToken', 'task_token'];

/**
 * The process's one logger: JSON lines on stderr, level from LOG_LEVEL (info). The Temporal SDK logs through it, too. Call once, before
 * anything else of the SDK.
 */
export function installLogging(): Logger {
  const log = pino({ level: process.env['LOG_LEVEL'] ?? 'info', redact: { paths: SECRET, remove: true } }, pino.destination(2));
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }: LogEntry) => {
      log[PINO_LEVEL[level]](told({ ...meta }), message);
    }),
    // What the SDK's core says comes the same way; by itself it writes coloured lines to stdout.
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} } },
  });
  return log;
}

/** An error has no fields of its own that JSON shows. */
function told(meta: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(meta).map(([name, value]) => [name, value instanceof Error ? pino.stdSerializers.err(value) : value]),
  );
}

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;
