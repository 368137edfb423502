import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { SqliteDatabase } from '../../activities/records/sqlite/database.ts';
import { messageOf, OffboardError } from '../../model/errors.ts';
import { homeOf } from '../../security/files.ts';
import type { KeyRing } from '../../security/keys.ts';

/** What was put back, and where the records lie that were there before; `kept` is absent where there were none. */
export interface PutBack {
  where: string;
  kept?: string;
}

/**
 * Puts a backup in the place of this machine's records, which are kept beside it. Runs that went further than the backup notice it and wait
 * (docs/worker.md). Throws NotAllowed while any process has them open, InvalidValue for a file that is no backup; nothing is changed then.
 */
export function putBack(env: NodeJS.ProcessEnv, ring: KeyRing, file: string, now: Date): PutBack {
  if (env['OFFBOARD_RECORDS'])
    throw new OffboardError(
      'NotAllowed',
      "FILE: the records are in a PostgreSQL database; put its backup back with PostgreSQL's own tools, such as pg_restore",
    );
  const { records: where } = homeOf(env);
  demandBackup(file);
  const next = `${where}.next`;
  rmSync(next, { force: true });
  try {
    copyFileSync(file, next);
    // Opened as the records are: it must have their schema.
    const copy = new SqliteDatabase(next, ring, false);
    copy.identity();
    copy.alone();
    copy.close();
    const kept = existsSync(where) ? keepBeside(where, ring, now) : undefined;
    renameSync(next, where);
    return { where, ...(kept === undefined ? {} : { kept }) };
  } finally {
    for (const end of ['', '-wal', '-shm']) rmSync(next + end, { force: true });
  }
}

function keepBeside(where: string, ring: KeyRing, now: Date): string {
  const there = new SqliteDatabase(where, ring, false);
  const alone = there.alone();
  there.close();
  if (!alone)
    throw new OffboardError(
      'NotAllowed',
      `FILE: another process has the records in ${where} open; end every worker and command of this machine first`,
    );
  const kept = `${where}.before-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  renameSync(where, kept);
  return kept;
}

/** Without making or changing it. Throws InvalidValue. */
function demandBackup(file: string): void {
  try {
    const db = new DatabaseSync(file, { readOnly: true });
    db.prepare('SELECT identity FROM store').get();
    db.close();
  } catch (error) {
    throw new OffboardError(
      'InvalidValue',
      `FILE: ${file} is no backup of records (${messageOf(error)}); name a file that \`records backup\` wrote`,
      { cause: error },
    );
  }
}
