import { firstHold } from '../../../../model/defender.ts';
import type { Finding, Match } from '../../../../model/finding.ts';
import { lastStage } from '../../../../model/order.ts';
import type { Kind } from '../../../kind.ts';
import { AWS_ORDER } from '../../order.ts';
import type { AwsAccountApi } from '../../wire/api.ts';
import type { ClientIdState } from '../oidc-client-id/state.ts';
import { stackHold, stackMark } from '../../footprint/owner.ts';
import type { AwsSnapshot, RoleState, StackView, Tags } from '../../snapshot.ts';

export type AwsKind = Kind<AwsSnapshot, AwsAccountApi>;

/** The findings that are resources of a stack, and its resources that are none. */
export interface StackMembers {
  members: Finding[];
  strangers: string[];
  /** When the stack goes: with the last of its roles and policies, so that whatever waits for nothing of it went before. */
  stage: string;
}

/** Pure: what of a stack is ours. */
export function membersOf(stack: Extract<StackView, { stack: object }>['stack'], findings: readonly Finding[]): StackMembers {
  const of = stack.Resources.map((resource) => ({ resource, found: findings.filter((f) => isResource(f, resource)) }));
  const members = of.flatMap((r) => r.found);
  const early = members.filter((f) => f.kind !== 'aws-oidc-client-id');
  return {
    members,
    strangers: of.filter((r) => r.found.length === 0).map((r) => r.resource),
    stage: lastStage(
      AWS_ORDER,
      (early.length > 0 ? early : members).map((f) => f.stage),
    ),
  };
}

/** A kind whose findings know the stack they belong to: they go after it when it is wholly ours, else its owner has to let them go. */
export function knowingStacks(kind: AwsKind, all: readonly AwsKind[]): AwsKind {
  return {
    ...kind,
    match(snapshot, anchors): Match {
      const match = kind.match(snapshot, anchors);
      if (snapshot.stacks.length === 0 && !match.findings.some((f) => stackMark(tagsOf(f)))) return match;
      const findings = all.flatMap((k) => k.match(snapshot, anchors).findings);
      return { ...match, findings: match.findings.map((f) => inItsStack(f, snapshot, findings)) };
    },
  };
}

function inItsStack(finding: Finding, snapshot: AwsSnapshot, findings: readonly Finding[]): Finding {
  const mark = stackMark(tagsOf(finding));
  if (!mark || mark.set !== undefined) return finding;
  const held = (why: string): Finding => ({ ...finding, ...firstHold(finding.hold, stackHold(mark, why)) });
  const view = snapshot.stacks.find((s) => s.id === mark.id);
  if (!view) return held('its tags do not tell which one it is');
  if ('gone' in view) return finding;
  if ('unknown' in view) return held(`nothing is known of it (${view.unknown})`);
  const { members, strangers, stage } = membersOf(view.stack, findings);
  // Taken out of the template and retained: the tag stays, the stack has forgotten it.
  if (!members.some((m) => m.id === finding.id) && !view.stack.Resources.some((r) => isResource(finding, r, 'in part'))) return finding;
  if (view.stack.Parent !== null) return held(`is part of the stack ${view.stack.Parent}, which would put it back`);
  if (strangers.length > 0) return held(`holds besides ${strangers.join(', ')}, which is not among what is removed`);
  return { ...finding, stage: lastStage(AWS_ORDER, [finding.stage, stage]) };
}

/** A provider is a stack's resource as a whole: a client id of ours stands for it only where the provider goes with it. */
function isResource(finding: Finding, resource: string, how: 'whole' | 'in part' = 'whole'): boolean {
  const [type = '', physicalId] = resource.split(' ', 2);
  switch (finding.kind) {
    case 'aws-role':
      return type === 'AWS::IAM::Role' && (finding.snapshot as RoleState).RoleName === physicalId;
    case 'aws-policy':
      return type === 'AWS::IAM::ManagedPolicy' && finding.id === `aws-policy:${physicalId}`;
    case 'aws-oidc-client-id': {
      const { ProviderArn, Mode } = finding.snapshot as ClientIdState;
      return type === 'AWS::IAM::OIDCProvider' && ProviderArn === physicalId && (how === 'in part' || Mode === 'provider');
    }
    default:
      return false;
  }
}

function tagsOf(finding: Finding): Tags {
  return (finding.snapshot as { Tags: Tags }).Tags;
}
