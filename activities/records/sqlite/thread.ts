import { parentPort, workerData } from 'node:worker_threads';
import { OffboardError } from '../../../model/errors.ts';
import type { KeyRing } from '../../../security/keys.ts';
import { RecordsUnavailable } from '../store.ts';
import { SqliteDatabase } from './database.ts';
import type { Answer, Call } from './protocol.ts';

/** The thread that waits for other processes' locks and for the disk, so that the event loop does not. */
const { file, ring, create } = workerData as { file: string; ring: KeyRing; create: boolean };

let database: SqliteDatabase | undefined;

function answer({ id, operation, values }: Call): Answer {
  try {
    database ??= new SqliteDatabase(file, ring, create);
    const work = database[operation].bind(database) as (...v: unknown[]) => unknown;
    return { id, ok: true, value: work(...values) };
  } catch (error) {
    return { id, ok: false, error: told(error) };
  }
}

function told(error: unknown): Extract<Answer, { ok: false }>['error'] {
  const e = error as Error;
  const { name, message, stack } = e;
  if (error instanceof RecordsUnavailable) return { name, message, stack, mend: error.mend };
  if (error instanceof OffboardError) return { name, message, stack, code: error.code };
  return { name, message, stack };
}

parentPort?.on('message', (call: Call) => parentPort?.postMessage(answer(call)));
