import { expect, test } from 'vitest';
import { awsRole } from '../../../../../activities/aws/kinds/role/index.ts';
import type { RoleState } from '../../../../../activities/aws/snapshot.ts';
import { fakeAccount } from '../../fake-account.ts';
import { allowing, assumedBy, document, KNOWN, OIDC_ROLE, onlyItem, policyArn, role, snapshot } from '../../fixtures.ts';

const ARN = policyArn('ciem-controller');
const MEMBER = role('member', document(assumedBy(OIDC_ROLE)), {
  AttachedPolicies: ['arn:aws:iam::aws:policy/SecurityAudit', ARN],
  InlinePolicies: { extra: allowing('ec2:DescribeInstances') },
  InstanceProfiles: ['profile'],
});
const ROLE_ITEM = onlyItem(awsRole.match(snapshot({ roles: [MEMBER] }), KNOWN));

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
