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

test('a role that was just read is not looked at once more', async () => {
  const account = fakeAccount({ roles: [MEMBER] });
  const looks: string[] = [];
  const api = { ...account, role: (name: string) => (looks.push(name), account.role(name)) };
  await awsRole.remove(api, [ROLE_ITEM], true);
  expect(looks).toEqual([]);
  expect(account.calls).toContain('deleteRole member');
});

test('whether a role is gone, and which one is there, takes one call', async () => {
  const account = fakeAccount({ roles: [MEMBER] });
  const parts = () => Promise.reject(new Error('nobody asked what hangs on it'));
  expect(await awsRole.trace?.({ ...account, roleParts: parts }, ROLE_ITEM)).toEqual({ RoleId: MEMBER.RoleId });
  expect(awsRole.identity?.((await awsRole.trace?.(account, ROLE_ITEM)) ?? null)).toBe(MEMBER.RoleId);
  expect(await awsRole.trace?.(fakeAccount({}), ROLE_ITEM)).toBeUndefined();
});

test('a newcomer of the same name is not taken for the planned role', async () => {
  const newcomer: RoleState = { ...MEMBER, RoleId: 'AROANEWCOMER' };
  const account = fakeAccount({ roles: [newcomer] });
  await expect(awsRole.remove(account, [ROLE_ITEM])).rejects.toMatchObject({ kind: 'blocked', code: 'Replaced' });
  expect(account.calls).toEqual([]);
  expect(awsRole.identity?.(newcomer)).not.toBe(awsRole.identity?.(MEMBER));
});
