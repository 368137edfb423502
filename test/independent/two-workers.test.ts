import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { openRecords, type Records } from '../../activities/records/open.ts';
import { attend } from '../../client/demo/attend.ts';
import { playedPeople } from '../../client/demo/played.ts';
import { startProcess, type Child } from '../../client/demo/process.ts';
import { openSession, type Session } from '../../client/run/session.ts';
import { startRun } from '../../client/run/start.ts';
import { readRawManifest } from '../../client/terminal/manifest-file.ts';
import type { JournalRecord } from '../../model/ledger.ts';
import { loadKeys } from '../../security/keys.ts';
import { defaultEstate } from '../harness/default-estate.ts';
import { APPROVER, STARTER } from '../harness/estate.ts';
import { TestSandbox } from '../harness/sandbox.ts';
import { suite } from '../harness/suite.ts';
import { Cluster, PASSWORD } from '../../scripts/postgres/cluster.ts';

/** Two workers as on two machines: each has a folder of its own, and all they share is Temporal and a PostgreSQL database. */

const folder = mkdtempSync(join(tmpdir(), 'offboard-two-workers-'));
const sandbox = new TestSandbox('0');
const workers: Child[] = [];
let cluster: Cluster;
let env: NodeJS.ProcessEnv;
let session: Session;
let records: Records;
beforeAll(async () => {
  cluster = await Cluster.start();
  await sandbox.open(defaultEstate());
  const sealing = await generateKeyPair('ECDH-ES', { crv: 'X25519', extractable: true });
  await cluster.database('records');
  env = {
    PATH: process.env['PATH'],
    TEMPORAL_ADDRESS: suite('temporalAddress'),
    OFFBOARD_TASK_QUEUE: 'two-workers',
    OFFBOARD_HOME: join(folder, 'client'),
    OFFBOARD_KEYS: JSON.stringify({ current: 'a', keys: { a: randomBytes(32).toString('base64') } }),
    OFFBOARD_SEALING_KEY: JSON.stringify(await exportJWK(sealing.privateKey)),
    OFFBOARD_SIGNING_KEY: generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    OFFBOARD_RECORDS: cluster.url('records', 'records', ''),
    PGPASSWORD: PASSWORD,
  };
  for (const name of ['one', 'two']) workers.push(await startWorker(name));
  session = await openSession(env);
  records = await openRecords(env, loadKeys('', env));
});
afterAll(async () => {
  for (const worker of workers) await worker.stop();
  await records.store.close();
  await session.close();
  sandbox.close();
  await cluster.remove();
  rmSync(folder, { recursive: true });
});

async function startWorker(name: string): Promise<Child> {
  const own = join(folder, name);
  mkdirSync(own);
  const policy = join(own, 'policy.yaml');
  writeFileSync(policy, stringify({ identity: 'asserted', approvers: [STARTER, APPROVER] }));
  const place = { OFFBOARD_HOME: join(own, 'home'), OFFBOARD_EVIDENCE_DIR: join(own, 'evidence'), OFFBOARD_POLICY: policy };
  return await startProcess('worker', ['worker/main.ts'], { ...process.env, ...env, ...place }, join(own, 'log'));
}

test('two workers that share nothing but the databases take the estate to the end, one killed in the middle of phase 1', async () => {
  const manifest = join(folder, 'manifest.yaml');
  writeFileSync(manifest, stringify(defaultEstate().manifest));
  const { handle } = await startRun(session, readRawManifest(manifest), STARTER, { dryRun: false });
  const told: string[] = [];
  const people = playedPeople(session, APPROVER, sandbox.client, (line) => told.push(line));
  const [result, open] = await Promise.all([attend(handle, people, (line) => told.push(line)), killAmidPhase1()]);

  expect(result.status).toBe('completed');
  const { ours, untouched } = await sandbox.client.report();
  const lines = await written();
  const itemsThat = (outcome: string) =>
    lines.flatMap((r) => (r.type === 'outcome' && r.outcome.outcome === outcome ? [r.outcome.item] : []));
  const [run = ''] = await records.journal.runs();
  const waived = [...(await records.journal.ledger(run)).waived.keys()];
  expect(waived).toHaveLength(1);
  // A lock holds it, in this estate: its owner has to act.
  expect(ours.left).toEqual(waived);
  expect(untouched.changed).toEqual([]);
  const removed = itemsThat('removed');
  expect(new Set(removed).size).toBe(removed.length);
  // What the dead worker had begun was settled by the other as its own.
  expect(removed).toEqual(expect.arrayContaining(open));
  expect(itemsThat('already-gone')).toEqual([]);
  for (const name of ['one', 'two'])
    expect(existsSync(join(folder, name, 'home')) ? readdirSync(join(folder, name, 'home')) : []).toEqual([]);
  expect(existsSync(join(folder, 'one', 'evidence'))).toBe(false);
  expect(readdirSync(join(folder, 'two', 'evidence'))).toHaveLength(1);
});

async function written(): Promise<JournalRecord[]> {
  const [run = ''] = await records.journal.runs();
  return (await records.journal.lines(run)).map((l) => l.record);
}

/**
 * Kills the first worker when it has begun something and has not written what came of it: stopped, it leaves open what the other does not
 * settle meanwhile. Returns what that was.
 */
async function killAmidPhase1(): Promise<string[]> {
  const [first] = workers;
  for (;;) {
    const before = await openIntents();
    if (before.length > 0 && first) {
      process.kill(first.pid, 'SIGSTOP');
      // The other's own intents are settled in this time, or it has begun others.
      await sleep(1_500);
      const now = await openIntents();
      const open = before.filter((item) => now.includes(item));
      if (open.length > 0) {
        process.kill(first.pid, 'SIGKILL');
        return open;
      }
      process.kill(first.pid, 'SIGCONT');
    }
    await sleep(20);
  }
}

async function openIntents(): Promise<string[]> {
  const lines = await written();
  const settled = new Set(lines.flatMap((r) => (r.type === 'outcome' ? [r.outcome.item] : [])));
  return lines.flatMap((r) => (r.type === 'intent' && r.phase === 'permissions' && !settled.has(r.item) ? [r.item] : []));
}
