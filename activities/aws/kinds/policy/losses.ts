import { canonical } from '../../../../model/canonical.ts';
import type { Json } from '../../../../model/finding.ts';
import type { Losses } from '../../../kind.ts';
import { lostTags, ownTags } from '../../footprint/tags.ts';
import type { PolicyState } from '../../snapshot.ts';

/** A customer policy is made again, all its versions in their order, the same one the default. */
export const losses: Losses = {
  losses(item, container) {
    const policy = item.snapshot as PolicyState;
    return [
      `a new PolicyId instead of ${policy.PolicyId}`,
      // A template makes the version that is in force, whatever its number was.
      ...(renumbered(policy) || (container && policy.Versions.length > 1)
        ? [`its versions ${policy.Versions.map((v) => v.VersionId).join(', ')} are numbered again from v1`]
        : []),
      'new creation dates',
      ...lostTags(policy.Tags, container),
    ];
  },

  comparable(snapshot) {
    const policy = snapshot as PolicyState;
    const { PolicyName, Arn, Path, Description } = policy;
    // Which number a version has is not ours to choose; what it says and whether it is in force are.
    const Documents = policy.Versions.map((v) => v.Document).toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
    return { PolicyName, Arn, Path, Description, Tags: ownTags(policy.Tags), Default: defaultDocument(policy), Documents };
  },
};

/** Pure: the document of the version in force. */
export function defaultDocument(policy: PolicyState): Json {
  return policy.Versions.find((v) => v.VersionId === policy.DefaultVersionId)?.Document ?? null;
}

function renumbered(policy: PolicyState): boolean {
  return policy.Versions.some((v, i) => v.VersionId !== `v${i + 1}`);
}
