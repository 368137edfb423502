import { DefaultLogger, Runtime, type LogEntry } from '@temporalio/worker';
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
      log[PINO_LEVEL[level]]({ ...meta }, message);
    }),
  });
  return log;
}

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;
