import { closeSync, copyFileSync, existsSync, fsyncSync, linkSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
  const kept = existsSync(where) ? `${where}${BEFORE}${now.toISOString().replaceAll(/[:.]/g, '-')}` : undefined;
  try {
    for (const { take } of stepsOf(where, ring, file, kept)) take();
    return { where, ...(kept === undefined ? {} : { kept }) };
  } finally {
    removeNext(where);
  }
}

const BEFORE = '.before-';

/** One thing that is done on the way. */
export interface Step {
  name: string;
  take(): void;
}

/**
 * The steps of a restore. Whoever is killed between two of them leaves records in their place that open: those from before, or the backup. What else is left is
 * taken away by the first step of the next try.
 */
export function stepsOf(where: string, ring: KeyRing, file: string, kept: string | undefined): Step[] {
  const next = `${where}.next`;
  const replaced: Step[] =
    kept === undefined
      ? []
      : [
          { name: 'demand that nobody has the records open', take: () => demandAlone(where, ring) },
          // A second name for them: they are in their place until the backup is.
          { name: 'keep the records', take: () => linkSync(where, kept) },
        ];
  return [
    { name: 'remove what a restore that was cut off has left', take: () => removeLeft(where) },
    { name: 'copy the backup', take: () => copyFileSync(file, next) },
    { name: 'look at the copy', take: () => lookAt(next, ring) },
    ...replaced,
    { name: 'put the copy in the place of the records', take: () => renameSync(next, where) },
    { name: 'have the disk know it', take: () => sync(dirname(where)) },
  ];
}

function removeLeft(where: string): void {
  removeNext(where);
  const inode = statSync(where, { throwIfNoEntry: false })?.ino;
  for (const name of readdirSync(dirname(where)).filter((n) => n.startsWith(`${basename(where)}${BEFORE}`))) {
    const kept = join(dirname(where), name);
    if (statSync(kept).ino === inode) rmSync(kept);
  }
}

function removeNext(where: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${where}.next${end}`, { force: true });
}

/** Opened as the records are: it must have their schema. */
function lookAt(next: string, ring: KeyRing): void {
  const copy = new SqliteDatabase(next, ring, false);
  copy.identity();
  copy.alone();
  copy.close();
  sync(next);
}

function demandAlone(where: string, ring: KeyRing): void {
  const there = new SqliteDatabase(where, ring, false);
  const alone = there.alone();
  there.close();
  if (!alone)
    throw new OffboardError(
      'NotAllowed',
      `FILE: another process has the records in ${where} open; end every worker and command of this machine first`,
    );
}

function sync(path: string): void {
  const opened = openSync(path, 'r');
  fsyncSync(opened);
  closeSync(opened);
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
