import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EstateObjectSchema, type EstateObject } from '../../sandbox/objects.ts';
import { EstateStore } from '../../sandbox/store.ts';

let directory = '';
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'store-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const role = (account: string, name: string): EstateObject =>
  EstateObjectSchema.parse({ kind: 'aws-role', ours: false, account, name, trust: {} });
const names = (store: EstateStore, part?: string) => store.list('aws-role', part === undefined ? {} : { part }).map((r) => r.name);
const [ONE, TWO] = ['111122223333', '444455556666'];
const seed = [role(TWO, 'z'), role(ONE, 'b'), role(ONE, 'a')];

test('a killed sandbox comes back as it was: what was put, taken away and kept beside, without half a line', () => {
  const store = EstateStore.open(directory, seed);
  store.put(role(TWO, 'm'));
  store.slot<Record<string, number>>('counts', {})['m'] = 1;
  store.remove(role(ONE, 'a'), new Date(0));
  appendFileSync(join(directory, 'changes.jsonl'), '{"key":"aws-role:half');
  const back = EstateStore.open(directory, []);
  expect(names(back)).toEqual(['b', 'm', 'z']);
  expect(back.deleted('aws-role').map((d) => d.object.name)).toEqual(['a']);
  expect(back.slot('counts', {})).toEqual({ m: 1 });
  expect(names(EstateStore.open(directory, []))).toEqual(['b', 'm', 'z']);
});

test('a write costs what changed, not what there is', () => {
  const store = EstateStore.open(directory, seed);
  store.put(role(ONE, 'new'));
  const lines = readFileSync(join(directory, 'changes.jsonl'), 'utf8');
  expect(lines).toContain('role/new');
  expect(lines).not.toContain('role/z');
});

test('an account is asked for its own objects alone, in their order, whatever came and went', () => {
  const store = EstateStore.open(directory, seed);
  store.put(role(ONE, 'aa'));
  store.remove(role(ONE, 'b'), new Date(0));
  expect([names(store, ONE), names(store, TWO), names(store, '777788889999')]).toEqual([['a', 'aa'], ['z'], []]);
});
