import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import type { ApplyResult } from '../../activities/apply/engine.ts';
import { removeItems } from '../../activities/apply/operations/remove.ts';
import { restoreItems } from '../../activities/apply/operations/restore.ts';
import { expectRefused } from '../client/on-stage.ts';
import { APPROVER, STARTER } from '../harness/estate.ts';
import { intentsOf, recordsOf } from '../harness/removals.ts';
import {
  ASSIGNMENT,
  begunRestore,
  changedInTheClouds,
  journalOfFirst,
  MEMBER_ROLE,
  offboarded,
  OIDC_ROLE,
  restoreResult,
  stageForRestores,
} from '../harness/restores.ts';

const stage = stageForRestores();

test('whoever started a restore cannot approve it, nor anybody with another hash or at another gate; rejected, nothing comes back', async () => {
  const run = await offboarded(stage);
  const before = changedInTheClouds(stage);
  const { workflowId, hash } = await begunRestore(stage, run);
  const decide = (verb: string, by: string, gate: string, planHash: string) =>
    stage.offboard(verb, workflowId, '--gate', gate, '--plan-hash', planHash, '--by', by, '--reason', 'read it');
  expectRefused(await decide('approve', STARTER, 'restore', hash), 'SelfApproval', `${STARTER} started this run`);
  expectRefused(await decide('approve', APPROVER, 'restore', '0'.repeat(64)), 'PlanHashMismatch');
  expectRefused(await decide('approve', APPROVER, 'plan', hash), 'GateNotOpen', 'open is gate restore');
  expectRefused(await decide('approve', 'mallory', 'restore', hash), 'NotAnApprover');
  expect((await decide('reject', APPROVER, 'restore', hash)).code).toBe(0);
  const result = await restoreResult(stage, workflowId);
  expect(result.status).toBe('denied');
  expect(await intentsOf(stage, result.run)).toEqual([]);
  expect(changedInTheClouds(stage)).toEqual(before);
});

test('no activity gives anything back without the approval of gate restore, nor removes anything by a restore', async () => {
  const run = await offboarded(stage);
  const { run: journal, hash } = await begunRestore(stage, run);
  const work = { phase: 'permissions' as const, items: [MEMBER_ROLE, ASSIGNMENT] };
  const before = changedInTheClouds(stage);
  const act = (calls: () => Promise<ApplyResult>) =>
    new MockActivityEnvironment(undefined, { client: stage.session.client }).run<[], ApplyResult, typeof calls>(calls);
  const restored = await act(() => restoreItems(stage.deps, { run: journal, planHash: hash, work }));
  expect(restored.outcomes.map((o) => o.code)).toEqual(['NotAuthorized', 'NotAuthorized']);
  expect(restored.outcomes[0]?.reason).toContain('gate restore holds no approval');
  const removed = await act(() => removeItems(stage.deps, { run: journal, planHash: hash, work }));
  expect(removed.outcomes[0]?.reason).toContain('this run restores; it removes nothing');
  const source = await journalOfFirst(stage, run);
  const { planHash } = await stage.deps.journal.ledger(source);
  const ended = (await stage.deps.journal.lines(source)).length;
  await act(() => restoreItems(stage.deps, { run: source, planHash: planHash ?? '', work: { phase: 'permissions', items: [OIDC_ROLE] } }));
  expect(await stage.deps.journal.lines(source)).toHaveLength(ended);
  expect(changedInTheClouds(stage)).toEqual(before);
  expect((await recordsOf(stage, journal)).filter((r) => r.type === 'intent')).toEqual([]);
});
