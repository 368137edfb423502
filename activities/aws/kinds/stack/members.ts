import type { Finding, Match } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { deletedForGood, ownedByStack } from '../../../../model/guards/owner.ts';
import { lastStage } from '../../../../model/order.ts';
import { stackMark } from '../../footprint/stack-mark.ts';
import type { AwsKind, ResourceKind } from '../../kind.ts';
import { AWS_ORDER, stageOfStack } from '../../order.ts';
import { findingsOf, matchesOf } from './matches.ts';
import type { AwsSnapshot, ReadDefinition, StackState, StackView, Tags } from '../../snapshot.ts';

type There = Extract<StackView, { stack: object }>;

/** The findings that are resources of a stack, and its resources that are none. */
export interface StackMembers {
  /** What goes with it. */
  members: Finding[];
  /** What its template retains, of that which would be gone for good with it: these go after it. */
  retained: Finding[];
  /** What would be gone for good with it. */
  endangered: string[];
  strangers: string[];
  stage: string;
}

/** Pure: what of a stack is ours. */
export function membersOf({ stack, definition }: There, findings: readonly Finding[], kinds: readonly ResourceKind[]): StackMembers {
  const of = stack.Resources.map((resource) => ({ resource, found: findings.filter((f) => covered(f, resource, kinds) === 'whole') }));
  const strangers = of.filter((r) => r.found.length === 0).map((r) => r.resource);
  const kept = retainedOf(stack, definition, kinds);
  const [retained, members] = [of.filter((r) => kept.has(r.resource)), of.filter((r) => !kept.has(r.resource))].map((part) =>
    part.flatMap((r) => r.found),
  ) as [Finding[], Finding[]];
  const endangered = endangeredBy(stack, definition, kinds);
  return { members, retained, endangered, strangers, stage: stageOfStack(members.map((m) => m.stage)) };
}

/** Pure: resources that CloudFormation would delete for good, and that the template as deployed does not retain. */
export function endangeredBy(stack: StackState, definition: ReadDefinition, kinds: readonly ResourceKind[]): string[] {
  const kept = retainedOf(stack, definition, kinds);
  return stack.Resources.filter((r) => deletesForGood(r, kinds) !== undefined && !kept.has(r));
}

/** Of what CloudFormation would delete for good: what stays. A template that nobody could read retains nothing. */
function retainedOf(stack: StackState, definition: ReadDefinition, kinds: readonly ResourceKind[]): Set<string> {
  const ids = 'Unknown' in definition ? [] : definition.Retained;
  return new Set(stack.Resources.filter((r) => deletesForGood(r, kinds) !== undefined && ids.includes(stack.LogicalIds[r] ?? '')));
}

/** What CloudFormation does to a resource that our own removal would not, in words. */
export function deletesForGood(resource: string, kinds: readonly ResourceKind[]): string | undefined {
  const [type] = resource.split(' ', 1);
  return kinds.find((k) => k.owners.cloudFormation.type === type)?.owners.cloudFormation.deletesForGood;
}

/** The guard of a stack, and of what is in it, that would take something away for good. */
export function endangeredHold(
  { StackName }: Pick<StackState, 'StackName'>,
  endangered: readonly string[],
  kinds: readonly ResourceKind[],
) {
  const [first] = endangered;
  return first === undefined ? undefined : deletedForGood(StackName, endangered, deletesForGood(first, kinds) ?? '');
}

/** A kind whose findings know the stack they belong to: they go after it when it is wholly ours, else its owner has to let them go. */
export function knowingStacks(kind: ResourceKind, all: readonly ResourceKind[]): AwsKind {
  return {
    ...kind,
    match(snapshot, facts): Match {
      const match = matchesOf(all, snapshot, facts).get(kind) ?? kind.match(snapshot, facts);
      if (snapshot.stacks.length === 0 && !match.findings.some((f) => stackMark(tagsOf(f)))) return match;
      const findings = findingsOf(all, snapshot, facts);
      return { ...match, findings: match.findings.map((f) => inItsStack(f, snapshot, findings, all)) };
    },
  };
}

function inItsStack(finding: Finding, snapshot: AwsSnapshot, findings: readonly Finding[], kinds: readonly ResourceKind[]): Finding {
  const mark = stackMark(tagsOf(finding));
  if (!mark || mark.set !== undefined) return finding;
  const held = (why: string): Finding => ({ ...finding, ...combine(finding.hold, ownedByStack(mark, why)) });
  const view = snapshot.stacks.find((s) => s.id === mark.id);
  if (!view) return held('its tags do not tell which one it is');
  if ('gone' in view) return finding;
  if ('unknown' in view) return held(`nothing is known of it (${view.unknown})`);
  const { members, retained, endangered, strangers, stage } = membersOf(view, findings, kinds);
  // Taken out of the template and retained: the tag stays, the stack has forgotten it.
  if (![...members, ...retained].some((m) => m.id === finding.id) && !view.stack.Resources.some((r) => covered(finding, r, kinds)))
    return finding;
  if (view.stack.Parent !== null) return held(`is part of the stack ${view.stack.Parent}, which would put it back`);
  if (strangers.length > 0) return held(`holds besides ${strangers.join(', ')}, which is not among what is removed`);
  const hold = endangered.some((r) => covered(finding, r, kinds)) ? endangeredHold(view.stack, endangered, kinds) : undefined;
  return { ...finding, stage: lastStage(AWS_ORDER, [finding.stage, stage]), ...combine(finding.hold, hold) };
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
