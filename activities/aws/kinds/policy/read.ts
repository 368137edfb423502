import { policyState, type PolicyState } from '../../snapshot.ts';
import type { AwsAccountApi } from '../../wire/account.ts';

/** One customer policy as it stands now, with all its versions; undefined when it is gone. */
export async function readPolicy(api: AwsAccountApi, arn: string): Promise<PolicyState | undefined> {
  const policy = await api.policy(arn);
  const versions = policy && (await api.policyVersions(arn));
  return versions && policyState(policy, versions);
}
