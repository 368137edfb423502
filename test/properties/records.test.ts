import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { recordsIn, type Records } from '../../activities/records/open.ts';
import { currentPlan, damagedRuns } from '../../activities/records/plans.ts';
import { SqliteStore } from '../../activities/records/sqlite/store.ts';
import { RecordsDamaged } from '../../activities/records/store.ts';
import { buildPlan, planHash } from '../../model/plan.ts';
import { runName, workflowIdOf } from '../../model/run-name.ts';
import { intent, removed, RING, started } from '../activities/records/contract.ts';
import { finding, planInput } from '../model/findings.ts';
import { CASES } from './cases.ts';

/** They take some seconds; a machine that is busy with other work takes ten times as long. */
vi.setConfig({ testTimeout: 200_000 });
afterAll(() => vi.resetConfig());

/** Records and plans as a disk, or somebody's hand, may leave them: what is damaged is named, and stops its own run alone. */

const TENANT = '8f2b6c1e-4d3a-4b7e-9c55-0a1d2e3f4b5c';
const [DAMAGED = '', WHOLE = ''] = ['1', '2'].map((id) => runName(workflowIdOf('offboarding', TENANT), id));
const PLAN = buildPlan(planInput([finding('a'), finding('b')]));

let folder: string;
let file: string;
let artifact: string;
let records: Records;
let database: DatabaseSync;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offboard-records-'));
  file = join(folder, 'records.sqlite');
  records = recordsIn(new SqliteStore(file, RING, { create: true }), RING);
  const { journal, artifacts } = records;
  for (const run of [DAMAGED, WHOLE]) {
    artifact = await artifacts.put(run, run === DAMAGED ? PLAN : { ...PLAN, tenantId: 'another' });
    const hash = planHash(run === DAMAGED ? PLAN : { ...PLAN, tenantId: 'another' });
    await journal.append(run, started, { type: 'plan', planHash: hash, artifact, items: 2 }, intent('a'), removed('a'), intent('b'));
  }
  artifact = await artifacts.put(DAMAGED, PLAN);
  database = new DatabaseSync(file);
  // Nothing here need outlast a loss of power.
  database.exec('PRAGMA synchronous = OFF');
});
afterAll(async () => {
  database.close();
  await records.journal.close();
  rmSync(folder, { recursive: true });
});

interface Line {
  run: string;
  seq: number;
  hash: string;
  append: string;
  key: string;
  body: Uint8Array;
}
const linesOf = (run: string) => database.prepare('SELECT * FROM lines WHERE run = ? ORDER BY seq').all(run) as unknown as Line[];
const put = (lines: readonly Line[], run: string) => {
  database.exec('BEGIN IMMEDIATE');
  database.prepare('DELETE FROM lines WHERE run = ?').run(run);
  const insert = database.prepare('INSERT OR REPLACE INTO lines (run, seq, hash, append, key, body) VALUES (?, ?, ?, ?, ?, ?)');
  for (const { seq, hash, append, key, body } of lines) insert.run(run, seq, hash, append, key, body);
  database.exec('COMMIT');
};

/** What happens to bytes. */
const bytes = fc.oneof(
  fc.tuple(fc.nat(10_000), fc.integer({ min: 1, max: 255 })).map(
    ([at, by]) =>
      (body: Uint8Array) =>
        body.map((b, i) => (i === at % body.length ? b ^ by : b)),
  ),
  fc.nat(10_000).map((at) => (body: Uint8Array) => body.slice(0, at % body.length)),
  fc.uint8Array({ maxLength: 60 }).map((other) => () => other),
  fc.uint8Array({ minLength: 1, maxLength: 4 }).map((more) => (body: Uint8Array) => Uint8Array.from([...body, ...more])),
);
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 70 }), fc.constantFrom('', '0'.repeat(64), 'a'.repeat(64)));
type Hurt = (lines: Line[]) => Line[];
const at = fc.nat(4);
const hurt: fc.Arbitrary<Hurt> = fc.oneof(
  fc.tuple(at, bytes).map(
    ([n, change]): Hurt =>
      (lines) =>
        lines.map((l, i) => (i === n ? { ...l, body: change(l.body) } : l)),
  ),
  fc.tuple(at, text).map(
    ([n, hash]): Hurt =>
      (lines) =>
        lines.map((l, i) => (i === n ? { ...l, hash } : l)),
  ),
  at.map(
    (n): Hurt =>
      (lines) =>
        lines.filter((_, i) => i !== n),
  ),
  fc.tuple(at, fc.nat(9)).map(
    ([n, seq]): Hurt =>
      (lines) =>
        lines.map((l, i) => (i === n ? { ...l, seq } : l)),
  ),
  // Two lines change places; a line of another run in the place of one's own; a line twice.
  fc.tuple(at, at).map(
    ([a, b]): Hurt =>
      (lines) =>
        lines.map((l, i) => ({ ...(lines[i === a ? b : i === b ? a : i] ?? l), seq: l.seq })),
  ),
  at.map(
    (n): Hurt =>
      (lines) =>
        lines.map((l, i) => (i === n ? { ...(linesOf(WHOLE)[i] ?? l), seq: l.seq } : l)),
  ),
  at.map((n): Hurt => (lines) => [...lines, ...lines.slice(n, n + 1).map((l) => ({ ...l, seq: 6 }))]),
);

const isSame = (a: readonly Line[], b: readonly Line[]) =>
  a.length === b.length && a.every((l, i) => l.seq === b[i]?.seq && l.hash === b[i].hash && Buffer.compare(l.body, b[i].body) === 0);

test('whatever becomes of a run’s lines, the record is named that is not as it was written, and the other run goes on', async () => {
  const right = linesOf(DAMAGED);
  await fc.assert(
    fc.asyncProperty(fc.array(hurt, { minLength: 1, maxLength: 2 }), async (hurts) => {
      put(
        hurts.reduce((lines, change) => change(lines), right),
        DAMAGED,
      );
      const wrong = linesOf(DAMAGED);
      try {
        const read = await records.journal.lines(DAMAGED).then(
          (lines) => `${lines.length} lines`,
          (error: unknown) => (error instanceof RecordsDamaged && error.run === DAMAGED ? error.message : `thrown: ${String(error)}`),
        );
        expect(read).toMatch(isSame(right, wrong) ? /^5 lines$/ : /^record \d+ \(.+\) of \S+ is damaged$/);
        expect(await records.journal.lines(WHOLE)).toHaveLength(5);
      } finally {
        put(right, DAMAGED);
      }
    }),
    { numRuns: CASES },
  );
});

test('whatever becomes of a stored plan, it is named and no other is taken for it; a damaged run is told apart from those that are whole', async () => {
  const { body } = database.prepare('SELECT body FROM artifacts WHERE address = ?').get(artifact) as { body: Uint8Array };
  const write = (bytesOf: Uint8Array) => void database.prepare('UPDATE artifacts SET body = ? WHERE address = ?').run(bytesOf, artifact);
  await fc.assert(
    fc.asyncProperty(bytes, async (change) => {
      const wrong = change(body);
      write(wrong);
      try {
        // Nothing is kept from one time to the next.
        const { artifacts } = recordsIn(records.journal.store, RING);
        const read = () => currentPlan({ artifacts }, { planHash: planHash(PLAN), planArtifact: artifact } as never);
        const came = await read().then(
          (plan) => plan,
          (error: unknown) => (error instanceof RecordsDamaged ? error.message : `thrown: ${String(error)}`),
        );
        const damaged = expect.stringContaining(`artifact ${artifact} (it was changed`) as string;
        expect(came).toEqual(Buffer.compare(wrong, body) === 0 ? PLAN : damaged);
      } finally {
        write(body);
      }
    }),
    { numRuns: CASES },
  );
  put(linesOf(DAMAGED).slice(1), DAMAGED);
  expect(await damagedRuns(recordsIn(records.journal.store, RING).journal, runName(workflowIdOf('offboarding', TENANT), '3'))).toEqual([
    DAMAGED,
  ]);
});
