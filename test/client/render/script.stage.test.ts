import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCRIPTS } from '../../../activities/scripts.ts';
import { removalScript, restoreScript, type ScriptSource } from '../../../client/render/script.ts';
import type { Json } from '../../../model/finding.ts';
import { ManifestSchema } from '../../../model/manifest.ts';
import type { Plan, PlanItem } from '../../../model/plan.ts';
import type { RestoreItem } from '../../../model/restore.ts';
import { KINDS } from '../../../activities/kinds.ts';
import { defaultEstate } from '../../harness/default-estate.ts';
import { resultOf, startedRun } from '../../harness/people.ts';
import { Stage } from '../../harness/stage.ts';

const stage = new Stage();
const folder = mkdtempSync(join(tmpdir(), 'offboard-script-'));
let plan: Plan;
let printed: string;

beforeAll(async () => {
  await stage.open(defaultEstate());
  const run = await startedRun(stage, defaultEstate(), '--dry-run');
  await resultOf(stage, run);
  plan = (JSON.parse((await stage.offboard('plan', run, '--json')).out) as { plan: Plan }).plan;
  printed = (await stage.offboard('plan', run, '--format', 'sh')).out;
  for (const name of ['aws', 'az', 'gcloud']) {
    writeFileSync(join(folder, name), '#!/bin/sh\nexit 0\n');
    chmodSync(join(folder, name), 0o755);
  }
}, 60_000);
afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true });
});

const source = (): ScriptSource => ({
  run: 'offboarding-1_2',
  hash: 'ab'.repeat(32),
  manifest: ManifestSchema.parse(defaultEstate().manifest),
  now: new Date('2026-01-02T03:04:05Z'),
});

const asRemoved = (items: PlanItem[]): RestoreItem[] => items.map((i) => ({ ...i, removedAt: '2026-01-01', losses: [EVIL] }));

function bashAccepts(script: string): void {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}

test('every kind of every cloud has its commands both ways', () => {
  for (const [type, cloud] of Object.entries(KINDS)) {
    const kinds = SCRIPTS[type as keyof typeof SCRIPTS].kinds;
    expect(Object.keys(kinds).toSorted()).toEqual(cloud.kinds.map((k: { name: string }) => k.name).toSorted());
  }
});

test('the default estate’s script is one that bash accepts, with every item in the plan’s order under the plan’s hash', () => {
  bashAccepts(printed);
  expect(plan.items.length).toBeGreaterThan(15);
  expect(printed).toMatch(/^#!\/usr\/bin\/env bash\n# .*\n# Run: {2}offboarding-dry-run-.*\n# Plan: [0-9a-f]{64}\n# Made: \d{4}-/);
  expect(printed.split('\n').filter((l) => l.startsWith('set '))).toEqual(['set -euo pipefail']);
  const at = plan.items.map((i) => printed.indexOf(`(${i.id})`));
  expect(at).toEqual(at.toSorted((a, b) => a - b));
  expect(at[0]).toBeGreaterThan(0);
});

test('the way back is accepted, too', () => {
  const script = restoreScript({ ...source(), plan: { items: asRemoved(plan.items.toReversed()), untouched: [] } });
  bashAccepts(script);
  expect(script).toContain('gives back what this run removed');
});

test('what a guard holds, and what waits for it, stands there as a comment with the reason', () => {
  const user = plan.items.find((i) => i.dependsOn.length > 0 && !i.guard) as PlanItem;
  const held = user.dependsOn[0] ?? '';
  const items = plan.items.map((i) => (i.id === held ? { ...i, guard: { code: 'Shared', reason: 'still\nneeded' } } : i));
  const script = removalScript({ ...source(), plan: { ...plan, items } });
  bashAccepts(script);
  for (const [id, reason] of [
    [held, 'HELD: Shared: still needed'],
    [user.id, `HELD: waits for ${held}`],
  ] as const) {
    const lines = script.split('\n');
    const begin = lines.findIndex((l) => l.startsWith('# ') && l.endsWith(`(${id})`));
    const block = lines.slice(begin, lines.indexOf('', begin));
    expect(block.join('\n')).toContain(reason);
    expect(block.filter((l) => !l.startsWith('#'))).toEqual([]);
    expect(block.length).toBeGreaterThan(3);
  }
});

test('before sign-in goes, a person is asked whether the collectors are gone', () => {
  const lines = printed.split('\n');
  const ask = lines.findIndex((l) => l.startsWith("offboard_by_hand 'Delete the "));
  const signIn = plan.items.find((i) => i.phase === 'sign-in')?.id ?? '';
  expect(ask).toBeGreaterThan(0);
  expect(ask).toBeLessThan(lines.findIndex((l) => l.endsWith(`(${signIn})`)));
});

const EVIL = `'"; $(touch owned) \`touch owned\` \\'\ntouch owned\n#`;

/** The item with something that a shell would run behind every text in it, whatever it is. */
function hostile(item: PlanItem): PlanItem {
  const spoil = (value: Json): Json => {
    if (typeof value === 'string') return value + EVIL;
    if (Array.isArray(value)) return value.map(spoil);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, spoil(inner)]));
  };
  return { ...item, id: item.id + EVIL, title: EVIL, why: [EVIL], snapshot: spoil(item.snapshot) };
}

describe('where names hold quotes, spaces, line breaks and $(…)', () => {
  test.each(['removal', 'restore'] as const)('the %s script is accepted, and nothing in a name is run', (way) => {
    const kinds = [...Map.groupBy(plan.items, (i) => i.kind).values()].map((of) => hostile(of[0] as PlanItem));
    expect(kinds.length).toBeGreaterThan(8);
    const cwd = join(folder, way);
    mkdirSync(cwd);
    const print = (items: PlanItem[]) =>
      way === 'removal'
        ? removalScript({ ...source(), plan: { ...plan, items } })
        : restoreScript({ ...source(), plan: { items: asRemoved(items), untouched: [{ system: 'entra:x', id: EVIL, reason: EVIL }] } });
    bashAccepts(print(kinds));
    bashAccepts(print(kinds.map((i) => ({ ...i, guard: { code: EVIL, reason: EVIL } }))));
    // Item by item: each runs until the answer of a tool that only says yes does not fit.
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
    for (const item of kinds) {
      spawnSync('bash', [], { input: print([item]), cwd, env });
    }
    expect(existsSync(join(cwd, 'owned'))).toBe(false);
    execFileSync('bash', ['-c', 'touch owned'], { cwd, env });
    expect(existsSync(join(cwd, 'owned'))).toBe(true);
  });
});
