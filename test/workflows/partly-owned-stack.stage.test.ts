import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { READER_ASSIGNMENT } from '../harness/estate.ts';
import { approveGate, planOf, startedRun } from '../harness/people.ts';
import { intentsOf, removedBy } from '../harness/removals.ts';
import { MEMBER_ROLE, MEMBER_STACK, OIDC_ROLE, OIDC_STACK, stackEstate } from '../harness/stacks.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

test('a stack with a stranger’s resource is not deleted: its owner’s step is told, what needs it waits, the rest goes', async () => {
  const resources = [
    { type: 'AWS::IAM::Role', physicalId: 'contoso-collect' },
    { type: 'AWS::S3::Bucket', physicalId: 'contoso-trail' },
  ];
  const run = await startedRun(stage, stackEstate({ resources }));
  const { items } = await planOf(stage, run);
  expect(items.map((i) => i.id)).not.toContain(`aws-cloudformation-stack:${MEMBER_STACK}`);
  expect(items.map((i) => i.id)).toContain(`aws-cloudformation-stack:${OIDC_STACK}`);
  const { guard } = items.find((i) => i.id === MEMBER_ROLE) ?? {};
  expect(guard?.code).toBe('OwnedByStack');
  expect(guard?.reason).toContain('AWS::S3::Bucket contoso-trail, which is not among what is removed');
  expect(guard?.reason).toContain(`\`aws cloudformation delete-stack --stack-name ${MEMBER_STACK} --region us-east-1\``);
  const { run: journal } = await approveGate(stage, run, 'plan');
  const { unresolved } = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  expect(unresolved.find((o) => o.item === OIDC_ROLE)?.code).toBe('Dependency');
  expect(await removedBy(stage, journal)).toEqual([`azure-role-assignment:${READER_ASSIGNMENT}`]);
  expect((await intentsOf(stage, journal)).filter((id) => id.startsWith('aws-'))).toEqual([]);
  const { ours, untouched } = await stage.sandbox.client.report();
  expect(ours.left).toEqual(expect.arrayContaining([MEMBER_ROLE, expect.stringMatching('^aws-cloudformation-stack:.*/mciem-member')]));
  expect(untouched.changed).toEqual([]);
});
