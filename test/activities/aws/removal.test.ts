import { expect, test } from 'vitest';
import { awsPolicy } from '../../../activities/aws/kinds/policy/index.ts';
import { awsRole } from '../../../activities/aws/kinds/role/index.ts';
import type { RoleState } from '../../../activities/aws/snapshot.ts';
import { TENANT } from '../planned.ts';
import { allowing, assumedBy, document, KNOWN, OIDC_ROLE, onlyItem, policy, policyArn, role, snapshot } from './fixtures.ts';
import { fakeAccount } from './fake-account.ts';

const NAME = `ciem-controller-${TENANT}`;
const ARN = policyArn(NAME);
const MEMBER = role('member', document(assumedBy(OIDC_ROLE)), {
  AttachedPolicies: ['arn:aws:iam::aws:policy/SecurityAudit', ARN],
  InlinePolicies: { extra: allowing('ec2:DescribeInstances') },
  InstanceProfiles: ['profile'],
});
const POLICY = policy(NAME, {
  DefaultVersionId: 'v2',
  Versions: [
    { VersionId: 'v1', Document: allowing('s3:GetObject') },
    { VersionId: 'v2', Document: allowing('s3:ListBucket') },
  ],
});
const SNAPSHOT = snapshot({ roles: [MEMBER], policies: [POLICY] });
const ROLE_ITEM = onlyItem(awsRole.match(SNAPSHOT, KNOWN));
const POLICY_ITEM = onlyItem(awsPolicy.match(SNAPSHOT, KNOWN));

test('a role is taken apart in the order IAM demands', async () => {
  const account = fakeAccount({ roles: [MEMBER] });
  await awsRole.remove(account, [ROLE_ITEM]);
  expect(account.calls).toEqual([
    'removeFromInstanceProfile profile member',
    'detachPolicy member arn:aws:iam::aws:policy/SecurityAudit',
    `detachPolicy member ${ARN}`,
    'deleteInlinePolicy member extra',
    'deleteRole member',
  ]);
});

test('a role that is gone needs no call', async () => {
  const account = fakeAccount({});
  await awsRole.remove(account, [ROLE_ITEM]);
  expect(account.calls).toEqual([]);
});

test('a newcomer of the same name is not taken for the planned role', async () => {
  const newcomer: RoleState = { ...MEMBER, RoleId: 'AROANEWCOMER' };
  const account = fakeAccount({ roles: [newcomer] });
  await expect(awsRole.remove(account, [ROLE_ITEM])).rejects.toMatchObject({ kind: 'blocked', code: 'Replaced' });
  expect(account.calls).toEqual([]);
  expect(awsRole.identity?.(newcomer)).not.toBe(awsRole.identity?.(MEMBER));
});

test('a policy loses its other versions first', async () => {
  const account = fakeAccount({ policies: [POLICY] });
  await awsPolicy.remove(account, [POLICY_ITEM]);
  expect(account.calls).toEqual([`deletePolicyVersion ${ARN} v1`, `deletePolicy ${ARN}`]);
});

test.each([
  ['a role that is there keeps it', { roles: [MEMBER] }, 'blocked', 'role member'],
  ['a user keeps it', { otherUsers: { [ARN]: ['user sam'] } }, 'blocked', 'user sam'],
  ['a role that is gone is waited for', { roles: [MEMBER], lingering: ['member'] }, 'retry', 'member'],
])('a policy that is still attached is not deleted: %s', async (_name, contents, kind, names) => {
  const account = fakeAccount({ policies: [POLICY], ...contents });
  await expect(awsPolicy.remove(account, [POLICY_ITEM])).rejects.toMatchObject({
    kind,
    message: expect.stringContaining(names) as unknown,
  });
  expect(account.calls).toEqual([]);
});
