import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { recordsOf } from '../harness/removals.ts';
import {
  abandonRestore,
  APPLICATION,
  approveRestore,
  begunRestore,
  offboarded,
  restoreResult,
  stageForRestores,
} from '../harness/restores.ts';
import { CLIENT_ID, MEMBER_ROLE, MEMBER_STACK, OIDC_ROLE, OIDC_STACK, stackEstate } from '../harness/stacks.ts';

const stage = stageForRestores();

const STACKS = [OIDC_STACK, MEMBER_STACK].map((id) => `aws-cloudformation-stack:${id}`) as [string, string];
const altered = async () => (await stage.sandbox.client.report()).ours.altered.toSorted();

test('stacks come back from their templates, each before its resources, which are compared one by one; a chosen one brings them', async () => {
  const run = await offboarded(stage, stackEstate());
  // A chosen stack brings its resources; the script makes it before them.
  const chosen = await begunRestore(stage, run, '--item', STACKS[0], '--item', APPLICATION);
  expect(new Set(chosen.plan.items.map((i) => i.id))).toEqual(new Set([STACKS[0], OIDC_ROLE, CLIENT_ID, APPLICATION]));
  const { out } = await stage.offboard('restore', run, '--format', 'sh');
  expect(spawnSync('bash', ['-n'], { input: out, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  expect(out).toContain(`aws_make_stack mciem-oidc us-east-1 `);
  expect(out.indexOf('aws_make_stack mciem-oidc')).toBeLessThan(out.indexOf(`(${OIDC_ROLE})`));
  expect(out.indexOf(`(${OIDC_ROLE})`)).toBeLessThan(out.indexOf('aws_make_stack mciem-member'));
  expect(out.indexOf('aws_make_stack mciem-member')).toBeLessThan(out.indexOf(`(${MEMBER_ROLE})`));
  await abandonRestore(stage);

  const { workflowId, plan } = await begunRestore(stage, run);
  const aws = plan.items.filter((i) => i.system.startsWith('aws:'));
  expect(aws.map((i) => i.id)).toEqual([STACKS[0], OIDC_ROLE, CLIENT_ID, STACKS[1], MEMBER_ROLE].toSorted(asFirst));
  const role = aws.find((i) => i.id === OIDC_ROLE);
  expect(role).toMatchObject({ dependsOn: expect.arrayContaining([STACKS[0]]) as string[] });
  expect(role?.losses.join()).toContain('a new RoleId instead of');
  expect(role?.losses.join()).not.toContain('belongs to no CloudFormation stack');
  expect(aws.find((i) => i.id === STACKS[0])?.losses[0]).toContain(`a new stack id instead of ${OIDC_STACK}`);
  await approveRestore(stage, workflowId);
  const result = await restoreResult(stage, workflowId);
  expect(result).toMatchObject({ status: 'completed', reason: expect.stringMatching(/restored .*, not given back 0$/) as string });
  const order = (await recordsOf(stage, result.run)).flatMap((r) => (r.type === 'outcome' ? [r.outcome.item] : []));
  expect(order.indexOf(STACKS[0])).toBeLessThan(order.indexOf(OIDC_ROLE));
  expect(order.indexOf(OIDC_ROLE)).toBeLessThan(order.indexOf(STACKS[1]));
  expect(await altered()).toEqual(['portal-collector:collector-aws']);

  /** The plan's own order, whatever the ids. */
  function asFirst(a: string, b: string): number {
    const ids = aws.map((i) => i.id);
    return ids.indexOf(a) - ids.indexOf(b);
  }
});

test('a stack with a parameter that nobody can read stays away and says so; its role comes back by itself', async () => {
  const run = await offboarded(stage, stackEstate({ parameters: { OktaToken: 'hidden' }, noEcho: ['OktaToken'] }));
  const { workflowId, plan } = await begunRestore(stage, run);
  expect(plan.untouched).toContainEqual(
    expect.objectContaining({ id: STACKS[1], reason: expect.stringContaining('NoEcho parameter OktaToken') as string }),
  );
  expect(plan.items.find((i) => i.id === MEMBER_ROLE)?.losses.join()).toContain('belongs to no CloudFormation stack any more');
  await approveRestore(stage, workflowId);
  expect(await restoreResult(stage, workflowId)).toMatchObject({ status: 'completed' });
  expect(await altered()).toEqual([STACKS[1].slice(0, STACKS[1].lastIndexOf('/')), 'portal-collector:collector-aws']);
});
