import { canonical } from '../../../../model/canonical.ts';
import { describeDiff } from '../../../../model/diff.ts';
import type { Json } from '../../../../model/finding.ts';
import type { Undo } from '../../../kind.ts';
import type { AwsAccountApi } from '../../wire/api.ts';
import { AwsRefusal } from '../../wire/refusal.ts';
import { policyState, type PolicyState } from '../../snapshot.ts';
import { lostTags, ownTags } from '../restoring.ts';

/** A customer policy made anew, all its versions in their order, the same one the default. */
export const policyUndo: Undo<AwsAccountApi> = {
  losses(item, taker) {
    const policy = item.snapshot as PolicyState;
    return [
      `a new PolicyId instead of ${policy.PolicyId}`,
      // A template makes the version that is in force, whatever its number was.
      ...(renumbered(policy) || (taker && policy.Versions.length > 1)
        ? [`its versions ${policy.Versions.map((v) => v.VersionId).join(', ')} are numbered anew from v1`]
        : []),
      'new creation dates',
      ...lostTags(policy.Tags, taker),
    ];
  },

  async restore(api, [item]) {
    const planned = item.snapshot as PolicyState;
    const now = await current(api, planned.Arn);
    const wanted = canonical(defaultDocument(planned));
    const [first, ...later] = planned.Versions;
    if (now) refuseStranger(now, planned);
    else if (first) await api.createPolicy(planned, first.Document);
    const missing = now ? without(planned.Versions, now.Versions) : later;
    for (const { Document } of missing) await api.createPolicyVersion(planned.Arn, Document, canonical(Document) === wanted);
    const kept = now?.Versions.find((v) => canonical(v.Document) === wanted);
    if (now && kept && kept.VersionId !== now.DefaultVersionId) await api.setDefaultPolicyVersion(planned.Arn, kept.VersionId);
  },

  comparable(snapshot) {
    const policy = snapshot as PolicyState;
    const { PolicyName, Arn, Path, Description } = policy;
    // Which number a version has is not ours to choose; what it says and whether it is in force are.
    const Documents = policy.Versions.map((v) => v.Document).toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
    return { PolicyName, Arn, Path, Description, Tags: ownTags(policy.Tags), Default: defaultDocument(policy), Documents };
  },
};

async function current(api: AwsAccountApi, arn: string): Promise<PolicyState | undefined> {
  const policy = await api.policy(arn);
  return policy && policyState(policy, await api.policyVersions(arn));
}

/** The same policy with some of its versions is what a cut-short removal or restore leaves behind; anything else is somebody's own. */
function refuseStranger(now: PolicyState, planned: PolicyState): void {
  const head = ({ PolicyName, Arn, Path, Description, Tags }: PolicyState) => ({ PolicyName, Arn, Path, Description, Tags: ownTags(Tags) });
  const isSame = canonical(head(now)) === canonical(head(planned)) && without(now.Versions, planned.Versions).length === 0;
  if (isSame) return;
  const difference = describeDiff(policyUndo.comparable(planned), policyUndo.comparable(now));
  throw new AwsRefusal('blocked', 'NameTaken', `another policy has the name ${now.PolicyName} (${difference}); it stays as it is`);
}

/** Those of `versions` whose documents `others` does not hold, each counted once. */
function without(versions: PolicyState['Versions'], others: PolicyState['Versions']): PolicyState['Versions'] {
  const left = others.map((o) => canonical(o.Document));
  return versions.filter((v) => {
    const at = left.indexOf(canonical(v.Document));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function defaultDocument(policy: PolicyState): Json {
  return policy.Versions.find((v) => v.VersionId === policy.DefaultVersionId)?.Document ?? null;
}

function renumbered(policy: PolicyState): boolean {
  return policy.Versions.some((v, i) => v.VersionId !== `v${i + 1}`);
}
