import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from '@temporalio/worker';
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decrypt, encrypt, loadKeys } from '../../security/keys.ts';
import { WorkerCodec } from '../../security/worker-codec.ts';
import { FAILURE_CONVERTER_PATH } from '../../temporal/failure-converter-path.ts';
import { expectRefused, runAtPlan, typedIn } from '../client/on-stage.ts';
import { smallEstate } from '../harness/estate.ts';
import { approveGate, deleteCollectors, resultOf } from '../harness/people.ts';
import { payloadsIn } from '../harness/search.ts';
import { Stage } from '../harness/stage.ts';
import { suite } from '../harness/suite.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(async () => {
  globalHandlers.uninstall();
  await stage.close();
});

interface Told {
  current: string;
  keys: string[];
}

async function keys(what: string): Promise<Told> {
  const said = await stage.offboard('keys', what, '--json');
  expect(said).toMatchObject({ code: 0, err: '' });
  const file = JSON.parse(readFileSync(stage.home.keys, 'utf8')) as { keys: Record<string, string> };
  for (const secret of Object.values(file.keys)) expect(said.out).not.toContain(secret);
  return JSON.parse(said.out) as Told;
}

/** Which keys the payloads of a run's history were encrypted with, in the order of their first use. */
async function usedIn(run: string): Promise<string[]> {
  const history = await stage.session.client.workflow.getHandle(run).fetchHistory();
  const ids = payloadsIn(history).flatMap(({ metadata }) =>
    metadata?.['encryption-key-id'] ? [Buffer.from(metadata['encryption-key-id']).toString()] : [],
  );
  return [...new Set(ids)];
}

test('keys rotate under a run that waits: nobody is restarted, then the worker is, and the whole history replays', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  const before = await keys('list');
  expect(await usedIn(run)).toEqual([before.current]);

  const added = await keys('new');
  expect(added).toEqual({ current: before.current, keys: [...before.keys, added.keys.at(-1)] });
  const rotated = await keys('rotate');
  expect(rotated).toEqual({ current: added.keys.at(-1), keys: added.keys });
  // The CLI encrypts with the new key, which this worker has not read yet.
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
  await sleep(1_000);
  expect(await usedIn(run)).toEqual([before.current, rotated.current]);

  await stage.stopWorker();
  await stage.startWorker();
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect((await resultOf(stage, run)).status).toBe('completed');
  const events = (await stage.session.client.workflow.getHandle(run).fetchHistory()).events ?? [];
  expect(events.filter((e) => e.workflowTaskFailedEventAttributes)).toEqual([]);
  expect((await stage.offboard('report', run)).code).toBe(0);

  const codec = new WorkerCodec(loadKeys(stage.home.keys, stage.env), { takesPlain: () => true });
  const dataConverter = { failureConverterPath: FAILURE_CONVERTER_PATH, payloadCodecs: [codec] };
  const history = await stage.session.client.workflow.getHandle(run).fetchHistory();
  await Worker.runReplayHistory({ workflowBundle: { codePath: suite('workflowBundle') }, dataConverter }, history, run);
}, 180_000);

test('the file of keys stays its owner’s, no draft is left, and what is not to be done is refused', async () => {
  expect(statSync(stage.home.keys).mode & 0o777).toBe(0o600);
  expect(readdirSync(stage.home.folder).filter((name) => name.startsWith('keys.json'))).toEqual(['keys.json']);
  expectRefused(await stage.offboard('keys', 'rotate'), 'NotAllowed', 'encrypts already');
  expectRefused(await stage.offboard('keys', 'forget'), 'Usage', 'forget is none of list, new, rotate');
  expectRefused(await stage.offboard('keys', 'new', 'c2VjcmV0'), 'Usage');
  const given = readFileSync(stage.home.keys, 'utf8');
  expectRefused(await typedIn(stage, { OFFBOARD_KEYS: given }, 'keys', 'new'), 'NotAllowed', 'OFFBOARD_KEYS');
  expectRefused(await typedIn(stage, { OFFBOARD_HOME: join(stage.folder, 'nowhere') }, 'keys', 'list'), 'NoKeys');
  writeFileSync(`${stage.home.keys}.next`, '');
  expectRefused(await stage.offboard('keys', 'new'), 'NotAllowed', 'are being changed');
});

test('a ring that was read before goes on while its file is damaged, and takes the keys up once it is whole', () => {
  const file = join(stage.folder, 'ring', 'keys.json');
  const ring = loadKeys(file, {});
  const whole = readFileSync(file, 'utf8');
  writeFileSync(file, whole.slice(0, 20));
  const { keyId, data } = encrypt(ring, Buffer.from('text'), 'run');
  expect(() => decrypt(ring, 'unknown', data, 'run')).toThrow('key unknown is not among the keys');
  expect(decrypt(ring, keyId, data, 'run').toString()).toBe('text');
  const more = JSON.parse(whole) as { current: string; keys: Record<string, string> };
  more.keys['later'] = Buffer.alloc(32, 7).toString('base64');
  writeFileSync(file, JSON.stringify({ ...more, current: 'later' }));
  const later = encrypt(loadKeys(file, {}), Buffer.from('text'), 'run');
  expect(later.keyId).toBe('later');
  expect(decrypt(ring, 'later', later.data, 'run').toString()).toBe('text');
});
