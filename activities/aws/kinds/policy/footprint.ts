import { canonical } from '../../../../model/canonical.ts';
import type { Facts, Finding, Json, Match, Bystander } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { doubt, doubtOf } from '../../../../model/guards/doubt.ts';
import { lastStage } from '../../../../model/order.ts';
import { found, type Losses } from '../../../kind.ts';
import { isDefenderPolicy, isLookAlike, namesTenant, onboardingPolicy } from '../../footprint/lookalike.ts';
import { doubtedTrust, perhapsOurRoles, ourRoles, STAGE_OF, type OurRole } from '../../footprint/our-roles.ts';
import { riskOfDocument, worst } from '../../footprint/risk.ts';
import { ownerByTags } from '../../footprint/stack-mark.ts';
import { lostTags, ownTags } from '../../footprint/tags.ts';
import { withItem } from '../../../put-back.ts';
import { policyToken } from '../../footprint/ids.ts';
import type { ResourceFootprint } from '../../kind.ts';
import { AWS_ORDER } from '../../order.ts';
import type { AccountPolicy, AwsSnapshot, PolicyState } from '../../snapshot.ts';

const NAME = 'aws-policy';
const TERRAFORM_TYPE = 'aws_iam_policy';

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

/** Customer managed policies of our roles. AWS's own policies are only ever detached. */
export const footprint: ResourceFootprint = {
  name: NAME,

  match(snapshot, facts): Match {
    const ours = ourRoles(snapshot, facts);
    const perhaps = perhapsOurRoles(snapshot, facts);
    const match: Match = { findings: [], bystanders: [], seen: snapshot.policyCount };
    for (const policy of snapshot.policies) {
      const has = ({ role }: OurRole) => role.AttachedPolicies.includes(policy.state.Arn);
      const isProved = ours.some(has);
      // Beside a role of ours, one that only may be ours is somebody else's.
      const users = (isProved ? ours : perhaps).filter(has);
      const others = otherUsers(policy, snapshot, isProved ? ours : perhaps);
      const stays = whyItStays(policy, users, others, facts);
      if (stays !== undefined) match.bystanders.push(bystander(policy, snapshot, stays));
      else if (users.length > 0 || namesTenant(policy.state.PolicyName, facts.tenantId)) {
        match.findings.push(toFinding(policy.state, users, isProved, snapshot, facts));
      }
    }
    return match;
  },

  identity: (snapshot) => (snapshot as PolicyState).PolicyId,

  stateIn: ({ policies }, { snapshot }) => policies.find((p) => p.state.Arn === (snapshot as PolicyState).Arn)?.state,

  losses,

  putBack(snapshot, own) {
    const state = own.item.snapshot as PolicyState;
    const attachmentCount = snapshot.roles.filter((r) => r.AttachedPolicies.includes(state.Arn)).length;
    const planned = { state, attachmentCount, boundaryCount: snapshot.roles.filter((r) => r.PermissionsBoundary === state.Arn).length };
    return {
      ...snapshot,
      policies: withItem(
        snapshot.policies,
        own,
        planned,
        (p) => p.state.Arn === state.Arn,
        (p) => p.state,
      ),
    };
  },

  owners: {
    cloudFormation: {
      type: 'AWS::IAM::ManagedPolicy',
      covers: (finding, physicalId) => ((finding.snapshot as PolicyState).Arn === physicalId ? 'whole' : undefined),
    },
    terraform: TERRAFORM_TYPE,
  },
};

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
function whyItStays({ state }: AccountPolicy, users: OurRole[], others: string[], facts: Facts): string | undefined {
  if (isDefenderPolicy(state.PolicyName)) return 'belongs to Microsoft Defender for Cloud';
  if (users.length > 0 && others.length > 0) return `also attached to ${others.join(', ')}; it is only detached from ours`;
  if (users.length > 0 || !isLookAlike(state.PolicyName)) return undefined;
  if (others.length > 0) return `named like ours, but attached to ${others.join(', ')} and to no role of ours`;
  if (!namesTenant(state.PolicyName, facts.tenantId))
    return "named like ours, but attached to nothing of ours and without this tenant's id in a name that onboarding gave";
  return undefined;
}

function bystander({ state }: AccountPolicy, snapshot: AwsSnapshot, why: string): Bystander {
  const defender = isDefenderPolicy(state.PolicyName) ? { defender: true as const } : {};
  return { system: `aws:${snapshot.account}`, id: `${NAME}:${state.Arn}`, why, uses: [], ...defender };
}

function toFinding(state: PolicyState, users: OurRole[], isProved: boolean, snapshot: AwsSnapshot, facts: Facts): Finding {
  const named = onboardingPolicy(state.PolicyName, facts.tenantId) !== undefined;
  const why = [
    ...(users.length > 0
      ? [`attached only to ${users.map((u) => u.role.RoleName).join(', ')}, which onboarding ${isProved ? 'made' : 'may have made'}`]
      : []),
    named ? 'has a name onboarding gave' : 'has a name onboarding did not give',
    ...(users.length === 0 ? ['attached to nothing'] : []),
  ];
  return {
    ...found(NAME, `aws:${snapshot.account}`, state.Arn),
    title: `Customer policy ${state.PolicyName}`,
    phase: 'permissions',
    why,
    confidence: isProved && named ? 'certain' : 'name-only',
    risk: worst(state.Versions.map((v) => riskOfDocument(v.Document))),
    // A policy goes after the last of its roles.
    stage: lastStage(
      AWS_ORDER,
      users.map((u) => STAGE_OF[u.part]),
    ),
    snapshot: state,
    provides: [policyToken(state.Arn)],
    uses: [],
    ...combine(doubt(doubtOf(users.map(doubtedTrust))), ownerByTags(snapshot.account, state.Tags, TERRAFORM_TYPE)),
  };
}
