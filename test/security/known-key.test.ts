import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calculateJwkThumbprint } from 'jose';
import { afterAll, expect, test } from 'vitest';
import { demandKnownKey, type Workers } from '../../security/known-key.ts';
import { loadSealingKey } from '../../security/sealing.ts';

const folder = mkdtempSync(join(tmpdir(), 'offboard-known-'));
afterAll(() => rmSync(folder, { recursive: true }));

const keyOf = async (name: string) => (await loadSealingKey(join(folder, `${name}.json`), {})).publicJwk;
const WORKERS: Workers = { address: '127.0.0.1:7233', namespace: 'default', taskQueue: 'mepm-offboard' };
const [ours, mallorys] = await Promise.all([keyOf('ours'), keyOf('mallory')]);
const named = await calculateJwkThumbprint(ours);

test('the key of first use is known from then on, of each task queue its own, and another is refused with what to do', async () => {
  const env = { OFFBOARD_HOME: join(folder, 'home') };
  await demandKnownKey(ours, WORKERS, env);
  await demandKnownKey(ours, WORKERS, env);
  await expect(demandKnownKey(mallorys, WORKERS, env)).rejects.toMatchObject({
    code: 'AnswerRefused',
    message: expect.stringMatching(new RegExp(`known is ${named}\\); nothing was sent\\..* remove ${folder}/home/otp-keys/`)) as string,
  });
  await demandKnownKey(ours, WORKERS, env);
  await demandKnownKey(mallorys, { ...WORKERS, taskQueue: 'another' }, env);
  const files = readdirSync(join(folder, 'home', 'otp-keys'));
  expect(files).toHaveLength(2);
  for (const file of files) expect(statSync(join(folder, 'home', 'otp-keys', file)).mode & 0o777).toBe(0o600);
});

test('the key that is named counts at first use already, and nothing is remembered', async () => {
  const env = { OFFBOARD_HOME: join(folder, 'other'), OFFBOARD_OTP_KEY: named };
  await expect(demandKnownKey(mallorys, WORKERS, env)).rejects.toMatchObject({ code: 'AnswerRefused' });
  await demandKnownKey(ours, WORKERS, env);
  expect(() => statSync(join(folder, 'other'))).toThrow('ENOENT');
});

test('a key that is remembered and cannot be read is no reason to take another one', async () => {
  const env = { OFFBOARD_HOME: join(folder, 'odd') };
  await demandKnownKey(ours, WORKERS, env);
  const [file = ''] = readdirSync(join(folder, 'odd', 'otp-keys')).map((name) => join(folder, 'odd', 'otp-keys', name));
  rmSync(file);
  mkdirSync(file);
  await expect(demandKnownKey(mallorys, WORKERS, env)).rejects.toMatchObject({
    code: 'UnreadableFile',
    message: expect.stringContaining(file) as string,
  });
});

test('where nothing can be written, what is there counts', async () => {
  const home = join(folder, 'file');
  writeFileSync(home, '');
  await demandKnownKey(ours, WORKERS, { OFFBOARD_HOME: home });
  mkdirSync(join(folder, 'empty'));
  await demandKnownKey(ours, WORKERS, { OFFBOARD_HOME: join(folder, 'empty'), OFFBOARD_OTP_KEY: '' });
  expect(readdirSync(join(folder, 'empty', 'otp-keys'))).toHaveLength(1);
});
