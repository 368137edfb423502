import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRecords, type Records } from '../../activities/records/open.ts';
import { main } from '../../client/cli.ts';
import { workersKeys } from '../../security/keys.ts';
import { started } from '../activities/records/contract.ts';

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
  expect([whole.code, whole.out]).toEqual([0, expect.stringContaining('2 records of 1 runs, 1 manifests and plans: whole and unchanged')]);
  const db = new DatabaseSync(join(folder, 'records.sqlite'));
  db.exec('UPDATE lines SET body = zeroblob(70) WHERE seq = 2');
  db.close();
  const { code, out } = await typed('records', 'check');
  expect([code, out]).toEqual([28, expect.stringContaining('offboarding-x_1: record 2 (it was changed after it was written)')]);
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
