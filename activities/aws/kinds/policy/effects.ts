import type { Effects } from '../../../kind.ts';
import type { PolicyState } from '../../snapshot.ts';
import type { AwsAccountApi } from '../../wire/account.ts';
import { NotYetError, RefusedError } from '../../../answer.ts';
import { readPolicy } from './read.ts';
import { restore } from './restore.ts';

export const effects: Effects<AwsAccountApi> = {
  read: (api, item) => readPolicy(api, (item.snapshot as PolicyState).Arn),

  async remove(api, [item]) {
    const { Arn, DefaultVersionId, Versions } = item.snapshot as PolicyState;
    const users = await api.policyUsers(Arn);
    if (!users) return;
    await refuseWhileUsed(api, Arn, users);
    for (const { VersionId } of Versions) if (VersionId !== DefaultVersionId) await api.deletePolicyVersion(Arn, VersionId);
    await api.deletePolicy(Arn);
  },

  restore,
};

/** A role that is gone still shows as a user for a moment; one that is there keeps the policy. */
async function refuseWhileUsed(api: AwsAccountApi, arn: string, users: { roles: string[]; others: string[] }): Promise<void> {
  const staying = [...users.others];
  for (const name of users.roles) if (await api.role(name)) staying.push(`role ${name}`);
  if (staying.length > 0)
    throw new RefusedError('StillInUse', `${arn} is still attached to ${staying.join(', ')}; detach it there, or waive the policy`);
  if (users.roles.length > 0)
    throw new NotYetError('DependantsVanishing', `${arn} still shows ${users.roles.join(', ')}, which are gone; IAM takes a moment`);
}
