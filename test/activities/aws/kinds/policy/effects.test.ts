import { expect, test } from 'vitest';
import { awsPolicy } from '../../../../../activities/aws/kinds/policy/index.ts';
import type { AccountPolicy } from '../../../../../activities/aws/snapshot.ts';
import { TENANT } from '../../../planned.ts';
import { fakeAccount } from '../../fake-account.ts';
import { allowing, assumedBy, document, KNOWN, OIDC_ROLE, onlyItem, policy, policyArn, role, snapshot } from '../../fixtures.ts';

const NAME = `ciem-controller-${TENANT}`;
const ARN = policyArn(NAME);
const MEMBER = role('member', document(assumedBy(OIDC_ROLE)), { AttachedPolicies: [ARN] });
const POLICY = policy(NAME, {
  DefaultVersionId: 'v2',
  Versions: [
    { VersionId: 'v1', Document: allowing('s3:GetObject') },
    { VersionId: 'v2', Document: allowing('s3:ListBucket') },
  ],
});
const itemOf = (p: AccountPolicy) => onlyItem(awsPolicy.match(snapshot({ roles: [MEMBER], policies: [p] }), KNOWN));
const POLICY_ITEM = itemOf(POLICY);
/** Of one version alone, as onboarding makes them. */
const SINGLE = policy(NAME);

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
  for (const one of [POLICY, SINGLE]) {
    const account = fakeAccount({ policies: [one], ...contents });
    await expect(awsPolicy.remove(account, [itemOf(one)])).rejects.toMatchObject({
      kind,
      message: expect.stringContaining(names) as unknown,
    });
    expect(account.calls).toEqual([]);
  }
});

test('who uses a policy of one version is asked only once IAM refuses to delete it', async () => {
  const account = fakeAccount({ policies: [SINGLE] });
  account.policyUsers = () => Promise.reject(new Error('nobody asks'));
  await awsPolicy.remove(account, [itemOf(SINGLE)]);
  expect(account.calls).toEqual([`deletePolicy ${ARN}`]);
});

test('a refusal whose cause IAM shows no more comes through, to be tried again', async () => {
  const account = fakeAccount({ policies: [SINGLE], otherUsers: { [ARN]: ['user sam'] } });
  account.policyUsers = () => Promise.resolve({ roles: [], others: [] });
  await expect(awsPolicy.remove(account, [itemOf(SINGLE)])).rejects.toMatchObject({ name: 'DeleteConflictException' });
});
