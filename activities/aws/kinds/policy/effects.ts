import { canonical } from '../../../../model/canonical.ts';
import { describeDiff } from '../../../../model/diff.ts';
import { NotYetError, RefusedError } from '../../../answer.ts';
import type { Effects } from '../../../kind.ts';
import { ownTags } from '../../footprint/tags.ts';
import { need, policyState, type PolicyState } from '../../snapshot.ts';
import type { AwsAccountApi } from '../../wire/account.ts';
import { isNamed } from '../../wire/classify.ts';
import { defaultDocument, losses } from './footprint.ts';

export const effects: Effects<AwsAccountApi> = {
  read: (api, item) => readPolicy(api, (item.snapshot as PolicyState).Arn),

  async trace(api, item) {
    const policy = await api.policy((item.snapshot as PolicyState).Arn);
    return policy && { PolicyId: need(policy.PolicyId, 'PolicyId') };
  },

  async remove(api, [item]) {
    const { Arn, DefaultVersionId, Versions } = item.snapshot as PolicyState;
    const others = Versions.filter((v) => v.VersionId !== DefaultVersionId);
    // These go before the policy does: of one without them IAM itself says whether somebody uses it, and nothing is lost by asking so.
    if (others.length > 0) await refuseWhileUsed(api, Arn);
    for (const { VersionId } of others) await api.deletePolicyVersion(Arn, VersionId);
    try {
      await api.deletePolicy(Arn);
    } catch (error) {
      if (isNamed(error, 'DeleteConflict')) await refuseWhileUsed(api, Arn);
      throw error;
    }
  },

  restore: (api, [item]) => restore(api, item.snapshot as PolicyState),
};

/** A role that is gone still shows as a user for a moment; one that is there keeps the policy. */
async function refuseWhileUsed(api: AwsAccountApi, arn: string): Promise<void> {
  const users = await api.policyUsers(arn);
  if (!users) return;
  const staying = [...users.others];
  for (const name of users.roles) if (await api.role(name)) staying.push(`role ${name}`);
  if (staying.length > 0)
    throw new RefusedError('StillInUse', `${arn} is still attached to ${staying.join(', ')}; detach it there, or waive the policy`);
  if (users.roles.length > 0)
    throw new NotYetError('DependantsVanishing', `${arn} still shows ${users.roles.join(', ')}, which are gone; IAM takes a moment`);
}

/** One customer policy as it stands now, with all its versions; undefined when it is gone. */
async function readPolicy(api: AwsAccountApi, arn: string): Promise<PolicyState | undefined> {
  const policy = await api.policy(arn);
  const versions = policy && (await api.policyVersions(arn));
  return versions && policyState(policy, versions);
}

/** Makes a policy again, or goes on where an earlier try ended. */
async function restore(api: AwsAccountApi, planned: PolicyState): Promise<void> {
  const now = await readPolicy(api, planned.Arn);
  const wanted = canonical(defaultDocument(planned));
  const [first, ...later] = planned.Versions;
  if (now) refuseStranger(now, planned);
  else if (first) await api.createPolicy(planned, first.Document);
  const missing = now ? without(planned.Versions, now.Versions) : later;
  for (const { Document } of missing) await api.createPolicyVersion(planned.Arn, Document, canonical(Document) === wanted);
  const kept = now?.Versions.find((v) => canonical(v.Document) === wanted);
  if (now && kept && kept.VersionId !== now.DefaultVersionId) await api.setDefaultPolicyVersion(planned.Arn, kept.VersionId);
}

/** The same policy with some of its versions is what a cut-short removal or restore leaves behind; anything else is somebody's own. */
function refuseStranger(now: PolicyState, planned: PolicyState): void {
  const head = ({ PolicyName, Arn, Path, Description, Tags }: PolicyState) => ({ PolicyName, Arn, Path, Description, Tags: ownTags(Tags) });
  const isSame = canonical(head(now)) === canonical(head(planned)) && without(now.Versions, planned.Versions).length === 0;
  if (isSame) return;
  const difference = describeDiff(losses.comparable(planned), losses.comparable(now));
  throw new RefusedError('NameTaken', `another policy has the name ${now.PolicyName} (${difference}); it stays as it is`);
}

/** Those of `versions` whose documents `others` does not hold, each counted once. */
function without(versions: PolicyState['Versions'], others: PolicyState['Versions']): PolicyState['Versions'] {
  const unmatched = others.map((o) => canonical(o.Document));
  return versions.filter((v) => {
    const at = unmatched.indexOf(canonical(v.Document));
    if (at >= 0) unmatched.splice(at, 1);
    return at < 0;
  });
}
