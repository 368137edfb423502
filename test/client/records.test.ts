import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRecords, type Records } from '../../activities/records/open.ts';
import { main } from '../../client/cli.ts';
import { workersKeys } from '../../security/keys.ts';
import type { JournalRecord } from '../../model/ledger.ts';
import type { Plan } from '../../model/plan.ts';
import { started } from '../activities/records/contract.ts';
import { finding, planOf } from '../model/findings.ts';

const ENDED: JournalRecord = { type: 'run-ended', status: 'denied', reason: 'no' };
const withoutHash = ({ hash: _, ...plan }: Plan & { hash: string }): Plan => plan;

/** What is done with records where they lie: neither a server nor a worker is named. */

let folder: string;
let env: NodeJS.ProcessEnv;
let there: Records;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offboard-records-'));
  const keys = JSON.stringify({ current: 'a', keys: { a: Buffer.alloc(32, 7).toString('base64') } });
  env = { OFFBOARD_HOME: folder, OFFBOARD_KEYS: keys };
  there = await openRecords(env, workersKeys(env), { create: true });
  const manifestHash = await there.artifacts.put('offboarding-x_1', { tenant: 'x' });
  await there.journal.append('offboarding-x_1', { ...started, manifestHash } as typeof started, {
    type: 'run-ended',
    status: 'denied',
    reason: 'no',
  });
});
afterEach(async () => {
  await there.store.close();
  rmSync(folder, { recursive: true });
});

async function typed(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const result = { code: 0, out: '', err: '' };
  result.code = await main(args, {
    out: (text) => void (result.out += `${text}\n`),
    err: (text) => void (result.err += text),
    env,
    stdin: Readable.from(['']),
    interactive: false,
    program: 'offboard',
  });
  return result;
}

test('records that are whole are said to be, and a damaged run is named, with exit code 28', async () => {
  const whole = await typed('records', 'check');
  expect([whole.code, whole.out]).toEqual([0, expect.stringContaining('2 records of 1 run, 1 artifact: whole and unchanged')]);
  const db = new DatabaseSync(join(folder, 'records.sqlite'));
  db.exec('UPDATE lines SET body = zeroblob(70) WHERE seq = 2');
  db.close();
  const { code, out } = await typed('records', 'check');
  expect([code, out]).toEqual([
    28,
    expect.stringContaining(
      'record 2 (it was changed after it was written) of offboarding-x_1 is damaged: nobody can tell what it did from there on',
    ),
  ]);
  expect(JSON.parse((await typed('records', 'check', '--json')).out)).toMatchObject({ damaged: [{ run: 'offboarding-x_1' }] });
});

test('a backup is made while others have the records open, and holds the same under the same identity', async () => {
  const file = join(folder, 'backup.sqlite');
  expect(await typed('records', 'backup', file)).toMatchObject({ code: 0, err: '' });
  const home = mkdtempSync(join(folder, 'home-'));
  expect((await typed('records', 'backup', join(home, 'records.sqlite'))).code).toBe(0);
  const copy = await openRecords({ ...env, OFFBOARD_HOME: home }, workersKeys(env));
  expect(await copy.store.identity()).toBe(await there.store.identity());
  expect(await copy.journal.lines('offboarding-x_1')).toEqual(await there.journal.lines('offboarding-x_1'));
  await copy.store.close();
  expect(readdirSync(folder).filter((name) => name.endsWith('.next'))).toEqual([]);
});

test('a backup writes over nothing, and makes no folder', async () => {
  const file = join(folder, 'mine');
  writeFileSync(file, 'precious');
  const over = await typed('records', 'backup', file);
  expect([over.code, over.err]).toEqual([13, expect.stringContaining(`${file} is there already; name a new one`)]);
  const nowhere = await typed('records', 'backup', join(folder, 'none', 'b'));
  expect([nowhere.code, nowhere.err]).toEqual([13, expect.stringContaining('is no folder; name one that is there')]);
  expect(existsSync(join(folder, 'none'))).toBe(false);
});

test('what is missing, too much or unknown is refused with the way to write it', async () => {
  expect(await typed('records', 'backup')).toMatchObject({ code: 2, err: expect.stringContaining('records backup FILE') as string });
  expect(await typed('records', 'check', 'x')).toMatchObject({ code: 2, err: expect.stringContaining('takes nothing more') as string });
  expect(await typed('records', 'burn')).toMatchObject({
    code: 2,
    err: expect.stringContaining('burn is nothing to do with records') as string,
  });
});

const RUN = 'offboarding-x_1';

test('a backup is put back in the place of the records, which are kept beside it', async () => {
  const file = join(folder, 'backup.sqlite');
  expect(await typed('records', 'backup', file)).toMatchObject({ code: 0 });
  await there.journal.append('offboarding-y_1', { ...started });
  const busy = await typed('records', 'restore', file);
  expect([busy.code, busy.err]).toEqual([51, expect.stringContaining('another process has the records in')]);
  await there.store.close();
  const back = await typed('records', 'restore', file, '--json');
  expect([back.code, back.err]).toEqual([0, '']);
  const { kept } = JSON.parse(back.out) as { kept: string };
  expect(existsSync(kept)).toBe(true);
  const runs = async (home: string) => {
    const records = await openRecords({ ...env, OFFBOARD_HOME: home }, workersKeys(env));
    const told = await records.journal.runs();
    await records.store.close();
    return told;
  };
  expect(await runs(folder)).toEqual([RUN]);
  const before = join(folder, 'before');
  mkdirSync(before);
  renameSync(kept, join(before, 'records.sqlite'));
  expect(await runs(before)).toEqual(['offboarding-y_1', RUN]);
  expect(readdirSync(folder).filter((name) => name.includes('.next'))).toEqual([]);
});

test('what is no backup is refused by name, and the records stay', async () => {
  const file = join(folder, 'text');
  writeFileSync(file, 'no backup'.repeat(200));
  for (const name of [file, join(folder, 'missing')]) {
    const refused = await typed('records', 'restore', name);
    expect([refused.code, refused.err]).toEqual([13, expect.stringContaining(`FILE: ${name} is no backup of records`)]);
  }
  expect(await there.journal.runs()).toEqual([RUN]);
});

test('a run is removed only when its whole name is typed', async () => {
  for (const words of [[], ['--confirm', 'offboarding-x']]) {
    const refused = await typed('records', 'remove', 'offboarding-x', ...words);
    expect([refused.code, refused.err]).toEqual([46, expect.stringContaining(`only when its name is typed: ${RUN}`)]);
  }
  expect(await typed('records', 'remove', 'offboarding-x', '--confirm', RUN)).toMatchObject({ code: 0 });
  expect(await there.journal.runs()).toEqual([]);
  expect(await typed('records', 'remove', RUN, '--confirm', RUN)).toMatchObject({ code: 22 });
});

const ENTRA_APP = finding('app', {
  kind: 'entra-oidc-application',
  system: 'entra:x',
  phase: 'oidc-applications',
  stage: 'entra-oidc-application',
});
const ADOPTED = { seq: 2, hash: '0', by: 'sam', quarantined: [] };

test.each<[why: string, words: string, more: (append: Records) => Promise<void>]>([
  ['has not ended', 'has not ended', ({ journal }) => journal.append('offboarding-z_1', { ...started })],
  [
    'left something in quarantine',
    'left 1 thing in quarantine',
    ({ journal }) =>
      journal.append('offboarding-z_1', { type: 'intent', item: 'a', planHash: 'h', phase: 'permissions', quarantine: true }, ENDED),
  ],
  [
    'is the one another restores',
    'is the run that restore-z_1 restores',
    async ({ journal }) => {
      await journal.append('offboarding-z_1', ENDED);
      await journal.append('restore-z_1', { ...started, restores: 'offboarding-z_1' } as typeof started);
    },
  ],
  [
    'is the one another took over from',
    'is the run that offboarding-z_2 took over from',
    async ({ journal }) => {
      await journal.append('offboarding-z_1', ENDED);
      await journal.append('offboarding-z_2', { type: 'adopted', run: 'offboarding-z_1', ...ADOPTED }, ENDED);
    },
  ],
  [
    'removed what its cloud keeps for a while',
    `removed ${ENTRA_APP.id}, which can be given back until`,
    async ({ journal, artifacts }) => {
      const plan = planOf([ENTRA_APP]);
      const item = ENTRA_APP.id;
      const phase = 'oidc-applications';
      await journal.append(
        'offboarding-z_1',
        { type: 'plan', planHash: plan.hash, artifact: await artifacts.put('offboarding-z_1', withoutHash(plan)), items: 1 },
        { type: 'intent', item, planHash: plan.hash, phase },
        { type: 'outcome', phase, outcome: { item, outcome: 'removed', reason: 'gone' } },
        ENDED,
      );
    },
  ],
])('a run that %s keeps its records', async (_, words, more) => {
  await more(there);
  const before = await there.journal.runs();
  const refused = await typed('records', 'remove', 'offboarding-z_1', '--confirm', 'offboarding-z_1');
  expect([refused.code, refused.err]).toEqual([51, expect.stringContaining(words)]);
  expect(await there.journal.runs()).toEqual(before);
});
