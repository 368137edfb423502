import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRecords } from '../../../activities/records/open.ts';
import type { SqliteStore } from '../../../activities/records/sqlite/store.ts';
import { putBack, stepsOf } from '../../../client/records/put-back.ts';
import { workersKeys } from '../../../security/keys.ts';
import { started } from '../../activities/records/contract.ts';

/** A backup knows one run, the records two; then somebody puts it back and is killed on the way. */

let folder: string;
let env: NodeJS.ProcessEnv;
let where: string;
let backup: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offboard-put-back-'));
  env = { OFFBOARD_HOME: folder, OFFBOARD_KEYS: JSON.stringify({ current: 'a', keys: { a: Buffer.alloc(32, 7).toString('base64') } }) };
  where = join(folder, 'records.sqlite');
  backup = join(folder, 'backup.sqlite');
  const there = await openRecords(env, workersKeys(env), { create: true });
  await there.journal.append('offboarding-x_1', started);
  await (there.store as SqliteStore).ask('backup', backup);
  await there.journal.append('offboarding-y_1', started);
  await there.store.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const OLD = ['offboarding-y_1', 'offboarding-x_1'];
const NEW = ['offboarding-x_1'];

/** The runs that whoever opens the records finds, and can read. */
async function runs(): Promise<string[]> {
  const records = await openRecords(env, workersKeys(env));
  const names = await records.journal.runs();
  for (const run of names) expect(await records.journal.lines(run)).toHaveLength(1);
  await records.store.close();
  return names;
}

/** A worker that starts: it makes the records where there are none. */
async function begins(run: string): Promise<void> {
  const records = await openRecords(env, workersKeys(env), { create: true });
  await records.journal.append(run, started);
  await records.store.close();
}

function killedAfter(steps: number, kept: string): void {
  const args = [join(import.meta.dirname, 'cut-off.ts'), where, backup, kept, `${steps}`];
  const { signal, stderr } = spawnSync(process.execPath, args, { env: { ...process.env, ...env }, encoding: 'utf8' });
  expect([signal, stderr.replaceAll(/^.*Warning.*\n/gm, '')]).toEqual(['SIGKILL', '']);
}

const steps = stepsOf('', { current: 'a', keys: new Map() }, '', 'kept');
const replaces = steps.findIndex((s) => s.name === 'put the copy in the place of the records');

describe.each(steps.map((s, i) => [s.name, i + 1] as const))('whoever is killed after the step "%s"', (_, taken) => {
  test('leaves records that open, and that a worker goes on with; restore, typed again, puts the backup in their place', async () => {
    killedAfter(taken, `${where}.before-cut`);
    expect(await runs()).toEqual(taken > replaces ? NEW : OLD);
    await begins('offboarding-z_1');
    const { kept = '' } = putBack(env, workersKeys(env), backup, new Date());
    expect(await runs()).toEqual(NEW);
    // What was there before is kept once, and no file has two names.
    const names = readdirSync(folder).filter((name) => name.includes('.sqlite'));
    const done = taken > replaces ? ['records.sqlite.before-cut'] : [];
    expect(names.toSorted()).toEqual(['backup.sqlite', 'records.sqlite', kept.slice(folder.length + 1), ...done].toSorted());
    for (const name of names) expect(statSync(join(folder, name)).nlink).toBe(1);
    putBack(env, workersKeys(env), kept, new Date(Date.now() + 1_000));
    expect(await runs()).toEqual(['offboarding-z_1', ...(taken > replaces ? NEW : OLD)]);
  });
});

const made = stepsOf('', { current: 'a', keys: new Map() }, '', undefined).map((s) => s.name);
const until = made.indexOf(steps[replaces]?.name ?? '');

test.each(made.slice(0, until))('where there are no records, whoever is killed after the step "%s" leaves none', async (name) => {
  rmSync(where);
  killedAfter(made.indexOf(name) + 1, '');
  await expect(runs()).rejects.toThrow('are not there; put the file back');
});

test.each(made.slice(until))('where there are no records, whoever is killed after the step "%s" leaves the backup', async (name) => {
  rmSync(where);
  killedAfter(made.indexOf(name) + 1, '');
  expect(await runs()).toEqual(NEW);
});
