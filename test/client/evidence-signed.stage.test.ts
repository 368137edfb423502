import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evidenceFiles } from '../../activities/evidence/evidence.ts';
import type { JournalLine } from '../../activities/records/chain.ts';
import { canonical, sha256 } from '../../model/canonical.ts';
import { EVIDENCE_NAMESPACE, SIGNATURE, SIGNING_FILES, SUMS, sumsOf, WORKER_KEY } from '../../model/evidence-signature.ts';
import type { Plan } from '../../model/plan.ts';
import { loadSigningKey } from '../../security/signing.ts';
import { smallEstate } from '../harness/estate.ts';
import { finish, startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';

/** Evidence that a worker signed, and what a careful forger makes of it who makes all files fit again and signs them with a key of his own. */

const stage = new Stage();
const folder = mkdtempSync(join(tmpdir(), 'offboard-signed-'));
const whole = join(folder, 'whole');
const keys = join(folder, 'keys');

beforeAll(async () => {
  await stage.open();
  const { evidence } = await finish(stage, await startedRun(stage, smallEstate()));
  cpSync(evidence, whole, { recursive: true });
  const key = await stage.offboard('evidence', 'key');
  writeFileSync(keys, `# of the workers\n${key.out}`);
});
afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true });
});

const verify = (of: string, ...more: string[]) => stage.offboard('evidence', 'verify', of, ...more);
const read = (of: string, name: string) => readFileSync(join(of, name), 'utf8');

test('what a worker signed is verified by its key, which a command and the folder tell', async () => {
  expect(readFileSync(keys, 'utf8').split('\n')[1]).toBe(read(whole, WORKER_KEY).trim());
  const trusted = await verify(whole, '--trust', keys);
  expect(trusted).toMatchObject({ code: 0, out: expect.stringContaining('signed all files with a key that you trust') as string });
  const told = JSON.parse((await verify(whole, '--trust', keys, '--json')).out) as { signed: object };
  expect(told.signed).toEqual({ key: read(whole, WORKER_KEY).split(' ').slice(0, 2).join(' '), trusted: true });
  expect((await verify(whole)).out).toContain('--trust FILE says whether that is a worker');
});

test('OpenSSH and sha256sum alone verify it', () => {
  const signers = join(folder, 'allowed_signers');
  writeFileSync(signers, `worker ${read(whole, WORKER_KEY)}`);
  const args = ['-Y', 'verify', '-f', signers, '-I', 'worker', '-n', EVIDENCE_NAMESPACE, '-s', join(whole, SIGNATURE)];
  expect(spawnSync('ssh-keygen', args, { input: read(whole, SUMS), encoding: 'utf8' })).toMatchObject({ status: 0 });
  expect(spawnSync('ssh-keygen', args, { input: `${read(whole, SUMS)} `, encoding: 'utf8' }).status).not.toBe(0);
  expect(spawnSync('sha256sum', ['--check', '--strict', SUMS], { cwd: whole })).toMatchObject({ status: 0 });
});

interface Forged {
  run: string;
  lines: JournalLine[];
  plans: Plan[];
}

const isApproval = ({ record: r }: JournalLine) => r.type === 'decision' && r.decision.kind === 'approve';
const ATTACKS: [what: string, forge: (f: Forged) => void, told: string][] = [
  [
    'all intents and approvals are taken out',
    (f) => (f.lines = f.lines.filter((l) => l.record.type !== 'intent' && !isApproval(l))),
    'and nobody began it',
  ],
  ['the approvals are taken out', (f) => (f.lines = f.lines.filter((l) => !isApproval(l))), 'was begun before'],
  [
    'an approval is moved behind what it covers',
    (f) => {
      const [approval] = f.lines.splice(f.lines.findIndex(isApproval), 1);
      f.lines.splice(f.lines.findLastIndex((l) => l.record.type === 'outcome') + 1, 0, approval as JournalLine);
    },
    'was begun before',
  ],
  [
    'an approval was over long before',
    (f) => Object.assign(f.lines.find(isApproval)?.record ?? {}, { expiresAt: '2020-01-01T00:00:00.000Z' }),
    'had expired',
  ],
  [
    'an approval answers a gate that never opened',
    (f) => {
      const approval = f.lines.find(isApproval)?.record;
      if (approval?.type === 'decision') Object.assign(approval.decision, { opening: 7 });
    },
    'what no open gate asked about',
  ],
  ['the last lines are dropped', (f) => f.lines.splice(-2), 'does not hold the end of the run'],
  ['a part is copied behind the end', (f) => f.lines.push(...structuredClone(f.lines.slice(-4, -1))), 'stands after the end of the run'],
  [
    'what was removed is said of something nobody began',
    (f) => {
      const at = f.lines.findIndex((l) => l.record.type === 'outcome');
      const other = structuredClone(f.lines[at] as JournalLine);
      if (other.record.type === 'outcome') other.record.outcome = { ...other.record.outcome, item: 'aws-role:other', outcome: 'removed' };
      f.lines.splice(at, 0, other);
    },
    'aws-role:other is said to be removed',
  ],
];

/** The evidence as a worker would have written it of forged lines. */
function forgedFiles(forge: (f: Forged) => void): Map<string, string> {
  const lines = read(whole, 'journal.jsonl')
    .trimEnd()
    .split('\n')
    .map((l) => JSON.parse(l) as JournalLine);
  const forged: Forged = {
    run: (JSON.parse(read(whole, 'evidence.json')) as { run: string }).run,
    lines,
    plans: [JSON.parse(read(whole, 'plan.json')) as Plan],
  };
  forge(forged);
  let previous = '0'.repeat(64);
  for (const [i, line] of forged.lines.entries()) {
    Object.assign(line, { seq: i + 1, previous });
    previous = sha256(canonical(line));
  }
  return evidenceFiles(forged.run, forged.lines, forged.plans).files;
}

function written(files: ReadonlyMap<string, string>): string {
  const copy = mkdtempSync(join(folder, 'copy-'));
  for (const [name, text] of files) writeFileSync(join(copy, name), text);
  return copy;
}

/** With a key that is nobody's. */
function signedAgain(files: Map<string, string>): Map<string, string> {
  const key = loadSigningKey(join(folder, 'mallory.pem'), {});
  const sums = sumsOf(files);
  return new Map([...files, [SUMS, sums], [SIGNATURE, key.sign(sums, EVIDENCE_NAMESPACE)], [WORKER_KEY, `${key.publicKey}\n`]]);
}

describe.each(ATTACKS)('when %s and all hashes are made to fit', (_, forge, told) => {
  test('it is refused, whoever signed it, and for that alone where nobody did', async () => {
    const files = forgedFiles(forge);
    expect(await verify(written(files))).toMatchObject({ code: 50, err: expect.stringContaining(told) as string });
    expect(await verify(written(files), '--trust', keys)).toMatchObject({
      code: 50,
      err: expect.stringContaining('no worker signed this') as string,
    });
    const again = await verify(written(signedAgain(files)), '--trust', keys);
    expect(again).toMatchObject({ code: 50, err: expect.stringContaining('not among the keys that are trusted') as string });
    const theWorkers = SIGNING_FILES.map((name): [string, string] => [name, read(whole, name)]);
    const altered = await verify(written(new Map([...files, ...theWorkers])), '--trust', keys);
    expect(altered).toMatchObject({ code: 50, err: expect.stringContaining('was altered after it was signed') as string });
  });
});

const edited = (name: string, change: (text: string) => string) => (copy: string) =>
  writeFileSync(join(copy, name), change(read(copy, name)));
const UNSIGNED: [what: string, change: (copy: string) => void, told: string][] = [
  ['a file is added', (copy) => writeFileSync(join(copy, 'approval.pdf'), 'x'), 'approval.pdf'],
  ['a file is missing', (copy) => rmSync(join(copy, 'plan.json')), 'plan.json'],
  ['a line is spelled in another way', edited('journal.jsonl', (t) => t.replace('{"at"', '{ "at"')), 'journal.jsonl'],
  ['a field of a line stands there twice', edited('journal.jsonl', (t) => t.replace('{"at":', '{"at":"2020","at":')), 'journal.jsonl'],
  ['a field of the evidence stands there twice', edited('evidence.json', (t) => t.replace('{\n', '{\n  "version": 9,\n')), 'evidence.json'],
  ['a field of the plan stands there twice', edited('plan.json', (t) => t.replace('{', '{"version":9,')), 'plan.json'],
  ['an empty line is added', edited('journal.jsonl', (t) => `${t}\n`), 'journal.jsonl'],
];

test.each(UNSIGNED)('when %s, it is named, with and without a signature', async (_, change, told) => {
  for (const unsigned of [false, true]) {
    const copy = mkdtempSync(join(folder, 'copy-'));
    for (const name of readdirSync(whole)) cpSync(join(whole, name), join(copy, name));
    if (unsigned) for (const name of SIGNING_FILES) rmSync(join(copy, name));
    change(copy);
    const { code, err } = await verify(copy, ...(unsigned ? [] : ['--trust', keys]));
    expect([code, err]).toEqual([50, expect.stringContaining(told)]);
  }
});

test('a list of keys that holds none, or what is no key, is refused with its line', async () => {
  writeFileSync(join(folder, 'none'), '# none\n');
  writeFileSync(join(folder, 'bad'), '\nssh-ed25519 AAAA\n');
  expect(await verify(whole, '--trust', join(folder, 'none'))).toMatchObject({
    code: 13,
    err: expect.stringContaining('holds no key') as string,
  });
  expect(await verify(whole, '--trust', join(folder, 'bad'))).toMatchObject({ code: 13, err: expect.stringContaining('line 2') as string });
});
