import { expect, test } from 'vitest';
import { itemHash } from '../../model/item-hash.ts';
import { isCalled, runName, withoutDryRun, workflowIdIn, workflowIdOf } from '../../model/run-name.ts';

const TENANT = '8f2b6c1e-4d3a-4b7e-9c55-0a1d2e3f4b5c';
const FIRST = '01a21813-b4bd-7d3b-8b80-04020fc1c748';
const run = runName(workflowIdOf('offboarding', TENANT), FIRST);

test('a tenant written in capitals is the same tenant', () => {
  expect(workflowIdOf('restore-dry-run', TENANT.toUpperCase())).toBe(`restore-dry-run-${TENANT}`);
});

test('a run is meant by its own name and by its workflow id, and by no part of either', () => {
  expect(run).toBe(`offboarding-${TENANT}_${FIRST}`);
  expect(workflowIdIn(run)).toBe(`offboarding-${TENANT}`);
  expect([run, `offboarding-${TENANT}`].map((name) => isCalled(run, name))).toEqual([true, true]);
  expect(['', 'offboarding', `offboarding-${TENANT}_`, FIRST].map((name) => isCalled(run, name))).toEqual([false, false, false, false]);
});

test('a dry run belongs to the run that would change something', () => {
  expect(withoutDryRun(workflowIdOf('offboarding-dry-run', TENANT))).toBe(`offboarding-${TENANT}`);
  expect(withoutDryRun(workflowIdOf('restore', TENANT))).toBe(`restore-${TENANT}`);
});

test('a set of items has one hash, in whatever order it is named', () => {
  expect(itemHash(['b', 'a'])).toBe(itemHash(['a', 'b']));
  expect(itemHash(['a', 'b'])).not.toBe(itemHash(['ab']));
});
