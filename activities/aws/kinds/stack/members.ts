import { firstHold } from '../../../../model/defender.ts';
import type { Finding, Match } from '../../../../model/finding.ts';
import { lastStage } from '../../../../model/order.ts';
import { stackHold, stackMark } from '../../footprint/owner.ts';
import type { AwsKind, ResourceKind } from '../../kind.ts';
import { AWS_ORDER, stageOfStack } from '../../order.ts';
import type { AwsSnapshot, StackView, Tags } from '../../snapshot.ts';

/** The findings that are resources of a stack, and its resources that are none. */
export interface StackMembers {
  members: Finding[];
  strangers: string[];
  stage: string;
}

/** Pure: what of a stack is ours. */
export function membersOf(
  stack: Extract<StackView, { stack: object }>['stack'],
  findings: readonly Finding[],
  kinds: readonly ResourceKind[],
): StackMembers {
  const of = stack.Resources.map((resource) => ({ resource, found: findings.filter((f) => covered(f, resource, kinds) === 'whole') }));
  const members = of.flatMap((r) => r.found);
  const strangers = of.filter((r) => r.found.length === 0).map((r) => r.resource);
  return { members, strangers, stage: stageOfStack(members.map((m) => m.stage)) };
}

/** A kind whose findings know the stack they belong to: they go after it when it is wholly ours, else its owner has to let them go. */
export function knowingStacks(kind: ResourceKind, all: readonly ResourceKind[]): AwsKind {
  return {
    ...kind,
    match(snapshot, anchors): Match {
      const match = kind.match(snapshot, anchors);
      if (snapshot.stacks.length === 0 && !match.findings.some((f) => stackMark(tagsOf(f)))) return match;
      const findings = all.flatMap((k) => k.match(snapshot, anchors).findings);
      return { ...match, findings: match.findings.map((f) => inItsStack(f, snapshot, findings, all)) };
    },
  };
}

function inItsStack(finding: Finding, snapshot: AwsSnapshot, findings: readonly Finding[], kinds: readonly ResourceKind[]): Finding {
  const mark = stackMark(tagsOf(finding));
  if (!mark || mark.set !== undefined) return finding;
  const held = (why: string): Finding => ({ ...finding, ...firstHold(finding.hold, stackHold(mark, why)) });
  const view = snapshot.stacks.find((s) => s.id === mark.id);
  if (!view) return held('its tags do not tell which one it is');
  if ('gone' in view) return finding;
  if ('unknown' in view) return held(`nothing is known of it (${view.unknown})`);
  const { members, strangers, stage } = membersOf(view.stack, findings, kinds);
  // Taken out of the template and retained: the tag stays, the stack has forgotten it.
  if (!members.some((m) => m.id === finding.id) && !view.stack.Resources.some((r) => covered(finding, r, kinds))) return finding;
  if (view.stack.Parent !== null) return held(`is part of the stack ${view.stack.Parent}, which would put it back`);
  if (strangers.length > 0) return held(`holds besides ${strangers.join(', ')}, which is not among what is removed`);
  return { ...finding, stage: lastStage(AWS_ORDER, [finding.stage, stage]) };
}

/** How much of a stack's resource a finding stands for, as its kind says. */
function covered(finding: Finding, resource: string, kinds: readonly ResourceKind[]): 'whole' | 'part' | undefined {
  const [type, physicalId = ''] = resource.split(' ', 2);
  const known = kinds.find((k) => k.name === finding.kind)?.owners.cloudFormation;
  return known?.type === type ? known?.covers(finding, physicalId) : undefined;
}

function tagsOf(finding: Finding): Tags {
  return (finding.snapshot as { Tags: Tags }).Tags;
}
