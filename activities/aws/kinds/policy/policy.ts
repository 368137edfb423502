import type { Anchors, Finding, Match, Sighting } from '../../../../model/finding.ts';
import { lastStage } from '../../../../model/order.ts';
import type { Kind } from '../../../kind.ts';
import { AWS_ORDER } from '../../order.ts';
import type { AwsAccountApi } from '../../wire/api.ts';
import { unlessGone } from '../../wire/gone.ts';
import { holdOf } from '../../footprint/hold.ts';
import { isDefenderPolicy, isLookAlike, isOnboardingPolicy, namesTenant } from '../../footprint/lookalike.ts';
import { ourRoles, STAGE_OF, type OurRole } from '../../footprint/our-roles.ts';
import { policyUndo } from './undo.ts';
import { AwsRefusal } from '../../wire/refusal.ts';
import { riskOfDocument, worst } from '../../footprint/risk.ts';
import { policyState, type AccountPolicy, type AwsSnapshot, type PolicyState } from '../../snapshot.ts';
import { policyToken } from '../../footprint/tokens.ts';

/** Customer managed policies of our roles. AWS's own policies are only ever detached. */
export const awsPolicy: Kind<AwsSnapshot, AwsAccountApi> = {
  name: 'aws-policy',

  match(snapshot, anchors): Match {
    const ours = ourRoles(snapshot, anchors);
    const match: Match = { findings: [], sightings: [], seen: snapshot.policyCount };
    for (const policy of snapshot.policies) {
      const users = ours.filter((o) => o.role.AttachedPolicies.includes(policy.state.Arn));
      const others = otherUsers(policy, snapshot, ours);
      const left = whyLeft(policy, users, others, anchors);
      if (left !== undefined) match.sightings.push(sighting(policy, snapshot, left));
      else if (users.length > 0 || namesTenant(policy.state.PolicyName, anchors.tenantId)) {
        match.findings.push(toFinding(policy.state, users, snapshot, anchors));
      }
    }
    return match;
  },

  async read(api, item) {
    const { Arn } = planned(item);
    const policy = await api.policy(Arn);
    if (!policy) return undefined;
    return unlessGone(api.policyVersions(Arn).then((versions) => policyState(policy, versions)));
  },

  identity: (snapshot) => (snapshot as PolicyState).PolicyId,

  async remove(api, [item]) {
    const { Arn, DefaultVersionId, Versions } = planned(item);
    const users = await unlessGone(api.policyUsers(Arn));
    if (!users) return;
    await refuseWhileUsed(api, Arn, users);
    for (const { VersionId } of Versions) if (VersionId !== DefaultVersionId) await api.deletePolicyVersion(Arn, VersionId);
    await api.deletePolicy(Arn);
  },

  undo: policyUndo,
};

function planned(item: Pick<Finding, 'snapshot'>): PolicyState {
  return item.snapshot as PolicyState;
}

/** A role that is gone still shows as a user for a moment; one that is there keeps the policy. */
async function refuseWhileUsed(api: AwsAccountApi, arn: string, users: { roles: string[]; others: string[] }): Promise<void> {
  const staying = [...users.others];
  for (const name of users.roles) if (await api.role(name)) staying.push(`role ${name}`);
  if (staying.length > 0)
    throw new AwsRefusal(
      'blocked',
      'StillInUse',
      `${arn} is still attached to ${staying.join(', ')}; detach it there, or waive the policy`,
    );
  if (users.roles.length > 0)
    throw new AwsRefusal(
      'retry',
      'DependantsVanishing',
      `${arn} still shows ${users.roles.join(', ')}, which are gone; IAM takes a moment`,
    );
}

/** Whoever else uses a policy, in words: roles by name, users and groups by number, as the listing of an account has it. */
function otherUsers(policy: AccountPolicy, snapshot: AwsSnapshot, ours: OurRole[]): string[] {
  const { Arn } = policy.state;
  const isOurs = new Set(ours.map((o) => o.role.Arn));
  const attached = snapshot.roles.filter((r) => r.AttachedPolicies.includes(Arn));
  const bounded = snapshot.roles.filter((r) => r.PermissionsBoundary === Arn && isOurs.has(r.Arn));
  const unnamed = policy.attachmentCount - attached.length;
  const boundaries = policy.boundaryCount - bounded.length;
  return [
    ...attached.filter((r) => !isOurs.has(r.Arn)).map((r) => `role ${r.RoleName}`),
    ...(unnamed > 0 ? [`${unnamed} users or groups`] : []),
    ...(boundaries > 0 ? [`${boundaries} other identities as their permissions boundary`] : []),
  ];
}

/** Why a policy that is worth telling is not planned; undefined when it may be ours. */
function whyLeft({ state }: AccountPolicy, users: OurRole[], others: string[], anchors: Anchors): string | undefined {
  if (isDefenderPolicy(state.PolicyName)) return 'belongs to Microsoft Defender for Cloud';
  if (users.length > 0 && others.length > 0) return `also attached to ${others.join(', ')}; it is only detached from ours`;
  if (users.length > 0 || !isLookAlike(state.PolicyName)) return undefined;
  if (others.length > 0) return `named like ours, but attached to ${others.join(', ')} and to no role of ours`;
  if (!namesTenant(state.PolicyName, anchors.tenantId))
    return "named like ours, but attached to nothing of ours and without this tenant's id";
  return undefined;
}

function sighting({ state }: AccountPolicy, snapshot: AwsSnapshot, why: string): Sighting {
  const defender = isDefenderPolicy(state.PolicyName) ? { defender: true as const } : {};
  return { system: `aws:${snapshot.account}`, id: `${awsPolicy.name}:${state.Arn}`, why, uses: [], ...defender };
}

function toFinding(state: PolicyState, users: OurRole[], snapshot: AwsSnapshot, anchors: Anchors): Finding {
  const named = isOnboardingPolicy(state.PolicyName, anchors.tenantId);
  const why = [
    ...(users.length > 0 ? [`attached only to ${users.map((u) => u.role.RoleName).join(', ')}, which onboarding made`] : []),
    named ? 'has a name onboarding gave' : 'has a name onboarding did not give',
    ...(users.length === 0 ? ['attached to nothing'] : []),
  ];
  return {
    kind: awsPolicy.name,
    system: `aws:${snapshot.account}`,
    id: `${awsPolicy.name}:${state.Arn}`,
    title: `Customer policy ${state.PolicyName}`,
    phase: 'permissions',
    why,
    confidence: users.length > 0 && named ? 'certain' : 'name-only',
    risk: worst(state.Versions.map((v) => riskOfDocument(v.Document))),
    // A policy goes after the last of its roles.
    stage: lastStage(
      AWS_ORDER,
      users.map((u) => STAGE_OF[u.part]),
    ),
    snapshot: state,
    provides: [policyToken(state.Arn)],
    uses: [],
    ...holdOf({ account: snapshot.account, tags: state.Tags, terraformType: 'aws_iam_policy' }, []),
  };
}
