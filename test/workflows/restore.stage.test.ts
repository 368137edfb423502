import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectRefused } from '../client/on-stage.ts';
import { smallEstate, STARTER, TENANT } from '../harness/estate.ts';
import { startedRun } from '../harness/people.ts';
import { intentsOf } from '../harness/removals.ts';
import {
  APPLICATION,
  approveRestore,
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

test('all that a run removed comes back, what others use first, the same in every field; only the collector stays away, and the plan says so; a second restore changes nothing', async () => {
  const run = await offboarded(stage);
  expect(changedInTheClouds(stage).length).toBeGreaterThan(5);
  const { workflowId, plan } = await begunRestore(stage, run);
  expect(plan.untouched.map((u) => [u.id, u.reason])).toEqual([
    ['data-collector:collector-aws', expect.stringContaining('its historic data went with it') as string],
  ]);
  expect(plan.items.find((i) => i.id === MEMBER_ROLE)).toMatchObject({
    dependsOn: expect.arrayContaining([OIDC_ROLE]) as string[],
    losses: [expect.stringContaining('a new RoleId instead of'), expect.any(String)] as string[],
  });
  await approveRestore(stage, workflowId);
  const result = await restoreResult(stage, workflowId);
  expect(result).toMatchObject({ status: 'completed', reason: 'restored 6 and compared, already there 0, not given back 0' });
  expect(result.phases.map((p) => [p.phase, p.restored ?? 0, p.removed])).toEqual([
    ['permissions', 4, 0],
    ['oidc-applications', 1, 0],
    ['data-collection', 0, 0],
    ['sign-in', 1, 0],
  ]);
  expect(changedInTheClouds(stage)).toEqual(['portal-collector:collector-aws']);
  const order = await intentsOf(stage, result.run);
  expect(order.slice(0, 2)).toEqual([expect.stringContaining('entra-ciem-sign-in:'), APPLICATION]);
  expect(order.indexOf(OIDC_ROLE)).toBeLessThan(order.indexOf(MEMBER_ROLE));

  const verified = await stage.offboard('evidence', 'verify', result.evidence);
  expect([verified.code, verified.out]).toEqual([0, expect.stringContaining('6 restores begun, each approved before')]);
  expect(byDocs(result.evidence)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('6 restores, each approved before') as string,
  });
  const page = readFileSync(join(result.evidence, 'index.html'), 'utf8');
  for (const words of ['<h1>Restore of', 'restored 4, already there 0', 'a new RoleId instead of', 'Not given back, and why']) {
    expect(page).toContain(words);
  }
  const report = await stage.offboard('report', workflowId);
  expect(report.out).toContain('Not given back: data-collector:collector-aws');

  // A second restore finds everything there and changes nothing.
  const second = await begunRestore(stage, run);
  await approveRestore(stage, second.workflowId);
  expect(await restoreResult(stage, second.workflowId)).toMatchObject({
    status: 'completed',
    reason: 'restored 0 and compared, already there 6, not given back 0',
  });
  expect(await intentsOf(stage, second.run)).toEqual([]);

  expect(await startedRun(stage, smallEstate())).toBe(run);
});

test('a single item comes back alone; one that needs what is away is not planned, and the plan names what to add', async () => {
  const run = await offboarded(stage);
  const alone = await begunRestore(stage, run, '--item', MEMBER_ROLE, '--item', ASSIGNMENT);
  expect(alone.plan.items.map((i) => i.id)).toEqual([ASSIGNMENT]);
  expect(alone.plan.untouched).toMatchObject([{ id: MEMBER_ROLE, reason: expect.stringContaining(`--item ${OIDC_ROLE}`) as string }]);
  await approveRestore(stage, alone.workflowId);
  expect(await restoreResult(stage, alone.workflowId)).toMatchObject({ status: 'completed' });

  const both = await begunRestore(stage, run, '--item', MEMBER_ROLE, '--item', OIDC_ROLE);
  const needed = both.plan.untouched.map((u) => u.id);
  expect(needed).toContain(OIDC_ROLE);
  expectRefused(await stage.offboard('restore', run, '--item', 'aws-role:other', '--by', STARTER), 'ItemsMismatch', 'aws-role:other');
});

test('a dry run tells what is lost and what stays away, changes nothing, and asks nobody; nor does the script, which prints what others use first', async () => {
  const run = await offboarded(stage);
  const before = changedInTheClouds(stage);
  const { code, out } = await stage.offboard('restore', run, '--dry-run', '--by', STARTER);
  expect(code).toBe(0);
  for (const words of ['Restore plan ', 'NOT THE SAME: a new RoleId', 'data-collector:collector-aws', 'given back: 6 items', 'WARNING: ']) {
    expect(out).toContain(words);
  }
  expect(out).toContain(`nothing was changed. Next:\n  offboard plan restore-dry-run-${TENANT}\n  offboard restore offboarding-${TENANT}_`);
  expect(changedInTheClouds(stage)).toEqual(before);
  expect((await stage.offboard('watch', `restore-dry-run-${TENANT}`)).code).toBe(0);

  const journals = await stage.deps.journal.runs();
  const { code: printed, out: script } = await stage.offboard('restore', run, '--format', 'sh');
  expect(printed).toBe(0);
  expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  expect(script).toContain(`# Run:  ${await journalOfFirst(stage, run)}\n`);
  for (const words of ['# NOT THE SAME: a new RoleId', '# NOT GIVEN BACK: data-collector:collector-aws: ']) expect(script).toContain(words);
  expect(script.indexOf(`(${APPLICATION})`)).toBeGreaterThan(0);
  expect(script.indexOf(`(${APPLICATION})`)).toBeLessThan(script.indexOf(`(${OIDC_ROLE})`));
  expect(script.indexOf(`(${OIDC_ROLE})`)).toBeLessThan(script.indexOf(`(${MEMBER_ROLE})`));
  expect((await stage.offboard('restore', run, '--item', MEMBER_ROLE, '--format', 'sh')).out).not.toContain(`(${OIDC_ROLE})`);
  expectRefused(await stage.offboard('restore', run, '--format', 'xml'), 'Usage', 'write sh');
  expectRefused(await stage.offboard('restore', run), 'Usage', '--by is missing');
  expect(await stage.deps.journal.runs()).toEqual(journals);
});

/** The Python of docs/evidence.md, run as an auditor would. */
function byDocs(folder: string): { status: number | null; stdout: string } {
  const docs = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'evidence.md'), 'utf8');
  const program = /```python\n(.*?)```/s.exec(docs)?.[1] ?? '';
  return spawnSync('python3', ['-c', program, folder], { encoding: 'utf8' });
}
