import type { Finding } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { terminationProtection } from '../../../../model/guards/locks.ts';
import { found, type Footprint, type Losses } from '../../../kind.ts';
import { regionOf } from '../../footprint/stack-mark.ts';
import { worst } from '../../footprint/risk.ts';
import type { ResourceKind } from '../../kind.ts';
import type { AwsSnapshot, StackState, StackView } from '../../snapshot.ts';
import { frozenStack, whyNoStack, type PlannedStack } from './definition.ts';
import { endangeredHold, membersOf } from './members.ts';
import { findingsOf } from './matches.ts';

const NAME = 'aws-cloudformation-stack';

/** CloudFormation stacks in which every resource is ours: they go as stacks, before any of their resources would. */
export function stackFootprint(kinds: readonly ResourceKind[]): Footprint<AwsSnapshot> {
  return {
    name: NAME,

    match(snapshot, facts) {
      const findings = snapshot.stacks.length === 0 ? [] : findingsOf(kinds, snapshot, facts);
      return { findings: snapshot.stacks.flatMap((v) => ('stack' in v ? toFinding(v, snapshot, findings, kinds) : [])), bystanders: [] };
    },

    identity: (snapshot) => (snapshot as PlannedStack).StackId,

    // Once it is gone its resources stand for themselves.
    putBack: (snapshot) => snapshot,

    gone: 'CloudFormation knows no such stack any more',

    losses,
  };
}

/** A stack made again of its own template: its resources come with it, before they are compared one by one. */
const losses: Losses = {
  losses(item) {
    const { StackId } = item.snapshot as PlannedStack;
    return [
      `a new stack id instead of ${StackId}, and none of its earlier events`,
      'its resources are made again by CloudFormation: what each of them loses stands with it',
    ];
  },

  impossible: (item) => whyNoStack(item.snapshot as PlannedStack),

  /** Its resources are items of their own and compared there. */
  comparable(snapshot) {
    const { StackName, Resources, Definition } = snapshot as PlannedStack;
    return { StackName, Resources, Definition };
  },
};

type There = Extract<StackView, { stack: object }>;

function toFinding(view: There, snapshot: AwsSnapshot, findings: readonly Finding[], kinds: readonly ResourceKind[]): Finding[] {
  const { stack, definition } = view;
  const { members, retained, endangered, strangers, stage } = membersOf(view, findings, kinds);
  if (members.length + retained.length === 0 || strangers.length > 0 || stack.Parent !== null) return [];
  return [
    {
      ...found(NAME, `aws:${snapshot.account}`, stack.StackId),
      title: `CloudFormation stack ${stack.StackName}`,
      phase: 'permissions',
      why: [`every resource in it is ours: ${[...members, ...retained].map((m) => m.title).join(', ')}`],
      confidence: [...members, ...retained].some((m) => m.confidence === 'certain') ? 'certain' : 'name-only',
      risk: worst(members.map((m) => m.risk)),
      stage,
      snapshot: frozenStack(stack, definition, Object.fromEntries(members.map((m) => [m.id, m.snapshot])), endangered),
      provides: [],
      // What it leaves behind goes after it.
      uses: retained.flatMap((r) => r.provides),
      contains: members.map((m) => m.id).toSorted(),
      ...combine(stack.TerminationProtection ? terminationProtection(lockOf(stack)) : undefined, endangeredHold(stack, endangered, kinds)),
    },
  ];
}

function lockOf({ StackId, StackName }: StackState) {
  return { id: StackId, name: StackName, region: regionOf(StackId) ?? '' };
}
