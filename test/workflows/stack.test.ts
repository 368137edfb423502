import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, MEMBER_ACCOUNT, OIDC_ACCOUNT, smallEstate, TENANT, type TestEstate } from '../harness/estate.ts';
import { approveGate, finish, startedRun } from '../harness/people.ts';
import { intentsOf, outcomesOf, recordsOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const PROVIDER_ARN = `arn:aws:iam::${OIDC_ACCOUNT}:oidc-provider/sts.windows.net/${TENANT}/`;
const MEMBER_STACK = `arn:aws:cloudformation:us-east-1:${MEMBER_ACCOUNT}:stack/mciem-member/5f0b2a1e-0001-4222-8333-444455556666`;
const OIDC_STACK = `arn:aws:cloudformation:us-east-1:${OIDC_ACCOUNT}:stack/mciem-oidc/5f0b2a1e-0002-4222-8333-444455556666`;
const MEMBER_ROLE = `aws-role:arn:aws:iam::${MEMBER_ACCOUNT}:role/contoso-collect`;
const OIDC_ROLE = `aws-role:arn:aws:iam::${OIDC_ACCOUNT}:role/contoso-oidc`;
const CLIENT_ID = `aws-oidc-client-id:${PROVIDER_ARN}#api://mciem-aws-oidc-app`;

/** Everything in AWS came from two stacks, as Microsoft's templates make it. */
function estate(more: object = {}): TestEstate {
  const small = smallEstate();
  const tag = (kind: string, account: string, stackId: string) => {
    const tags = { 'aws:cloudformation:stack-name': stackId.split('/')[1], 'aws:cloudformation:stack-id': stackId };
    for (const object of small.objects)
      if (object.ours && object.kind === kind && 'account' in object && object.account === account) Object.assign(object, { tags });
  };
  tag('aws-role', MEMBER_ACCOUNT, MEMBER_STACK);
  tag('aws-role', OIDC_ACCOUNT, OIDC_STACK);
  tag('aws-oidc-provider', OIDC_ACCOUNT, OIDC_STACK);
  const stack = (account: string, stackId: string, resources: [type: string, physicalId: string][], rest: object = {}) => ({
    kind: 'aws-cloudformation-stack' as const,
    ours: true,
    account,
    stackId,
    resources: resources.map(([type, physicalId]) => ({ type, physicalId })),
    ...rest,
  });
  small.objects.push(stack(MEMBER_ACCOUNT, MEMBER_STACK, [['AWS::IAM::Role', 'contoso-collect']], more));
  small.objects.push(
    stack(OIDC_ACCOUNT, OIDC_STACK, [
      ['AWS::IAM::Role', 'contoso-oidc'],
      ['AWS::IAM::OIDCProvider', PROVIDER_ARN],
    ]),
  );
  return small;
}

test('what came from stacks goes with its stacks, in order, and the journal counts every resource as removed by the run', async () => {
  const run = await startedRun(stage, estate());
  const result = await finish(stage, run);
  expect(result.status).toBe('completed');
  expect(result.phases[0]).toMatchObject({ phase: 'permissions', removed: 6, alreadyGone: 0 });
  const stacks = [`aws-cloudformation-stack:${MEMBER_STACK}`, `aws-cloudformation-stack:${OIDC_STACK}`];
  const outcomes = recordsOf(stage, result.run).flatMap((r) => (r.type === 'outcome' ? [r.outcome.item] : []));
  const aws = outcomes.filter((id) => id.startsWith('aws-'));
  expect(aws).toEqual([stacks[0], MEMBER_ROLE, stacks[1], OIDC_ROLE, CLIENT_ID]);
  const report = await stage.sandbox.client.report();
  expect(report).toMatchObject({ ours: { left: [] }, untouched: { changed: [] } });
});

test('a stack that cannot be deleted is explained; its resources and all that waits for them wait, and are not taken apart behind it', async () => {
  const run = await startedRun(stage, estate({ deletionFails: 'Cannot delete entity, must detach all policies first.' }));
  const { run: journal } = await approveGate(stage, run, 'plan');
  const view = await stage.until(run, (v) => v.stage === 'permissions' && v.awaiting.length > 0);
  expect(view.unresolved).toContainEqual(
    expect.objectContaining({
      item: `aws-cloudformation-stack:${MEMBER_STACK}`,
      code: 'StackDeleteFailed',
      reason: expect.stringContaining('Cannot delete entity, must detach all policies first.') as unknown,
    }),
  );
  expect(outcomesOf(stage, journal, MEMBER_ROLE).map((o) => o.code)).toEqual(['Dependency']);
  expect(intentsOf(stage, journal)).not.toContain(`aws-cloudformation-stack:${OIDC_STACK}`);
  // Leaving the stack in place leaves its role in place, too.
  const waive = [
    'waive',
    run,
    '--by',
    APPROVER,
    '--reason',
    'its owner will delete it',
    '--items',
    `aws-cloudformation-stack:${MEMBER_STACK}`,
  ];
  expect(await stage.offboard(...waive)).toMatchObject({ code: 0 });
  await expect.poll(() => outcomesOf(stage, journal, MEMBER_ROLE).map((o) => o.code)).toContain('OwnedByStack');
  expect((await stage.sandbox.client.report()).ours.left).toContain(MEMBER_ROLE);
});
