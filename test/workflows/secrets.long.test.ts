import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { startProcess } from '../../client/demo/process.ts';
import { loadKeys } from '../../security/keys.ts';
import { resumeSignal, submitOtp } from '../../workflows/messages/index.ts';
import { APPROVER, MAILBOX, smallEstate, STARTER, TENANT } from '../harness/estate.ts';
import { approveGate, newMail, resultOf, startedRun } from '../harness/people.ts';
import { placesInHistory, placesOnDisk, placesWith, type Place } from '../harness/search.ts';
import { Stage, type CliResult } from '../harness/stage.ts';
import { suite } from '../harness/suite.ts';

/** One-time passwords and credentials of a whole run, looked for wherever the run left anything: with the real worker's process and its log. */

const stage = new Stage();
const log = join(stage.folder, 'worker.log');
const evidence = join(stage.folder, 'evidence');
/** Typed into places of their own, so that the search is seen to find what is there. */
const CANARY = `9${randomInt(10 ** 8, 10 ** 9)}`;
const UNSEALED = `8${randomInt(10 ** 8, 10 ** 9)}`;
const TOO_LONG = `7${randomInt(10 ** 8, 10 ** 9)}`;
const codes: string[] = [];
const places: Record<
  'history raw' | 'history decoded' | 'database' | 'records raw' | 'journal decoded' | 'evidence' | 'log' | 'terminal',
  Place[]
> = {
  'history raw': [],
  'history decoded': [],
  database: [],
  'records raw': [],
  'journal decoded': [],
  evidence: [],
  log: [],
  terminal: [],
};

beforeAll(async () => {
  await stage.open();
  await stage.stopWorker();
  const policy = join(stage.folder, 'policy.yaml');
  writeFileSync(policy, stringify({ identity: 'asserted', approvers: [STARTER, APPROVER] }));
  const settings = { OFFBOARD_POLICY: policy, OFFBOARD_EVIDENCE_DIR: evidence, LOG_LEVEL: 'trace' };
  const worker = await startProcess('worker', ['worker/main.ts'], { ...process.env, ...stage.env, ...settings }, log);
  try {
    await wholeRun();
  } finally {
    await worker.stop();
  }
}, 120_000);
afterAll(() => stage.close());

/** Codes that are right, wrong, out of date, too long, not sealed: each of them must leave no trace. */
async function wholeRun(): Promise<void> {
  const run = await startedRun(stage, smallEstate());
  await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  const collector = 'collector-aws';
  await stage.until(run, (v) => v.collectors.length > 0);
  const says: CliResult[] = [await stage.offboard('ready', run, collector, '--by', MAILBOX)];
  const enter = async (code: string) => {
    codes.push(code);
    const said = await stage.offboardWith(`${code}\n`, 'otp', run, collector, '--by', MAILBOX, '--json');
    says.push(said);
    return said.code;
  };
  const first = await newMail(stage, MAILBOX, undefined);
  const wrong = String((Number(first) + 1) % 1_000_000).padStart(6, '0');
  expect(await enter(wrong)).not.toBe(0);
  expect(await enter(TOO_LONG)).not.toBe(0);
  const plain = new Client({ connection: stage.session.connection });
  const handle = plain.workflow.getHandle(run);
  for (const client of [plain, stage.session.client]) {
    const typed = client.workflow.getHandle(run).executeUpdate(submitOtp, { args: [{ collector, by: MAILBOX, sealedOtp: UNSEALED }] });
    await expect(typed).rejects.toThrow(/Workflow Update failed|Unknown encoding: binary.encrypted/);
  }
  codes.push(UNSEALED);
  await handle.signal(resumeSignal, { by: CANARY });
  await stage.sandbox.codeSentLongAgo();
  const before = await stage.sandbox.client.newestOtp(MAILBOX);
  says.push(await stage.offboard('resend-otp', run, collector, '--by', MAILBOX));
  const second = await newMail(stage, MAILBOX, before?.id);
  expect(await enter(first)).not.toBe(0);
  expect(await enter(second)).toBe(0);
  const result = await resultOf(stage, run);
  expect(result.status).toBe('completed');
  says.push(await stage.offboard('status', run), await stage.offboard('report', run, '--json'));

  const history = await stage.session.client.workflow.getHandle(run).fetchHistory();
  const found = placesInHistory(history, loadKeys(stage.home.keys, stage.env));
  places['history raw'] = found.raw;
  places['history decoded'] = found.decoded;
  const database = suite('temporalDatabase');
  places.database = [database, `${database}-wal`].filter(existsSync).flatMap(placesOnDisk);
  places['records raw'] = ['', '-wal', '-shm'].flatMap((end) => placesOnDisk(stage.home.records + end));
  places['journal decoded'] = (await stage.deps.journal.lines(result.run)).map((l) => [`line ${l.seq}`, Buffer.from(JSON.stringify(l))]);
  places.evidence = placesOnDisk(result.evidence);
  places.log = placesOnDisk(log);
  places.terminal = says.map((s, i) => [`answer ${i}`, Buffer.from(s.out + s.err)]);
}

const NAMES = Object.keys(places) as (keyof typeof places)[];

describe.each(NAMES)('%s', (name) => {
  test('no one-time password is there, right or wrong', () => {
    expect(codes).toHaveLength(5);
    for (const code of codes) expect(placesWith(code, places[name]), `the code ${codes.indexOf(code)}`).toEqual([]);
  });

  test('no credential of the worker is there', () => {
    const environment = JSON.parse(readFileSync(join(stage.sandbox.folder, 'worker.env.json'), 'utf8')) as Record<string, string>;
    const keys = JSON.parse(readFileSync(stage.home.keys, 'utf8')) as { keys: Record<string, string> };
    const sealing = JSON.parse(readFileSync(stage.home.sealing, 'utf8')) as { d: string };
    const credentials = [environment['AWS_SECRET_ACCESS_KEY'], environment['AZURE_CLIENT_SECRET'], ...Object.values(keys.keys), sealing.d];
    expect(credentials.every((c) => c !== undefined && c.length >= 20)).toBe(true);
    for (const [i, secret] of credentials.entries()) expect(placesWith(String(secret), places[name]), `credential ${i}`).toEqual([]);
  });
});

describe('the search itself', () => {
  test.each<[keyof typeof places, string]>([
    ['history raw', CANARY],
    ['history decoded', TENANT],
    ['history decoded', APPROVER],
    ['database', CANARY],
    ['journal decoded', TENANT],
    ['evidence', TENANT],
    ['log', TENANT],
    ['terminal', TENANT],
  ])('finds in %s what is known to be there', (name, text) => {
    expect(placesWith(text, places[name])).not.toEqual([]);
  });

  test('finds nothing readable in what is encrypted', () => {
    expect(placesWith(APPROVER, places['history raw'])).toEqual([]);
    expect(places['records raw'].length).toBe(3);
    // A run's name holds the tenant id: there it may stand.
    for (const text of [APPROVER, 'collector-aws']) expect(placesWith(text, places['records raw'])).toEqual([]);
  });

  test.each([
    ['plain', (t: string) => `{"otp":"${t}"}`],
    ['in Base64', (t: string) => Buffer.from(`{"otp":"${t}"}`).toString('base64')],
    ['in Base64 twice', (t: string) => Buffer.from(Buffer.from(`{"code":"${t}"}`).toString('base64')).toString('base64')],
    ['in hex', (t: string) => Buffer.from(t).toString('hex')],
    ['in UTF-16', (t: string) => Buffer.from(t, 'utf16le').toString('latin1')],
  ])('finds a code that is written %s', (_, write) => {
    expect(placesWith('048213', [['planted', Buffer.from(write('048213'), 'latin1')]])).toEqual(['planted']);
    expect(placesWith('048213', [['another', Buffer.from(write('048214'), 'latin1')]])).toEqual([]);
  });
});
