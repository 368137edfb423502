import { expect, test } from 'vitest';
import { awsPolicy } from '../../../../../activities/aws/kinds/policy/index.ts';
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
const POLICY_ITEM = onlyItem(awsPolicy.match(snapshot({ roles: [MEMBER], policies: [POLICY] }), KNOWN));

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
