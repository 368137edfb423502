import { canonical } from '../../../../model/canonical.ts';
import { describeDiff } from '../../../../model/diff.ts';
import type { Restore } from '../../../kind.ts';
import { ownTags } from '../../footprint/tags.ts';
import type { PolicyState } from '../../snapshot.ts';
import type { AwsAccountApi } from '../../wire/account.ts';
import { RefusedError } from '../../../answer.ts';
import { defaultDocument, losses } from './footprint.ts';
import { readPolicy } from './read.ts';

/** Makes a policy again, or goes on where an earlier try ended. */
export const restore: Restore<AwsAccountApi> = async (api, [item]) => {
  const planned = item.snapshot as PolicyState;
  const now = await readPolicy(api, planned.Arn);
  const wanted = canonical(defaultDocument(planned));
  const [first, ...later] = planned.Versions;
  if (now) refuseStranger(now, planned);
  else if (first) await api.createPolicy(planned, first.Document);
  const missing = now ? without(planned.Versions, now.Versions) : later;
  for (const { Document } of missing) await api.createPolicyVersion(planned.Arn, Document, canonical(Document) === wanted);
  const kept = now?.Versions.find((v) => canonical(v.Document) === wanted);
  if (now && kept && kept.VersionId !== now.DefaultVersionId) await api.setDefaultPolicyVersion(planned.Arn, kept.VersionId);
};

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
  const left = others.map((o) => canonical(o.Document));
  return versions.filter((v) => {
    const at = left.indexOf(canonical(v.Document));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
