import { setTimeout as sleep } from 'node:timers/promises';
import type { Finding } from '../../../../model/finding.ts';
import { command } from '../../../../model/shell.ts';
import type { AwsAccountApi } from '../../wire/api.ts';
import { regionOf } from '../../footprint/owner.ts';
import { AwsRefusal } from '../../wire/refusal.ts';
import { worst } from '../../footprint/risk.ts';
import type { AwsSnapshot, ReadDefinition, StackState, StackView } from '../../snapshot.ts';
import { membersOf, type AwsKind } from './members.ts';
import { readDefinition } from './state.ts';
import { plannedStack, type PlannedStack } from './definition.ts';
import { POLLS, stackUndo } from './undo.ts';

/** CloudFormation stacks in which every resource is ours: they go as stacks, before any of their resources would. */
export function awsStack(kinds: readonly AwsKind[]): AwsKind {
  return {
    name: 'aws-cloudformation-stack',

    match(snapshot, anchors) {
      const findings = snapshot.stacks.length === 0 ? [] : kinds.flatMap((k) => k.match(snapshot, anchors).findings);
      return { findings: snapshot.stacks.flatMap((v) => ('stack' in v ? toFinding(v, snapshot, findings) : [])), sightings: [] };
    },

    async read(api, item) {
      // By its name, where it is gone: one that was made since must show itself.
      const stack = (await api.stack(plannedStack(item).StackId)) ?? (await api.stackInPlace(plannedStack(item).StackId));
      if (!stack) return undefined;
      const Members: PlannedStack['Members'] = {};
      for (const [id, snapshot] of Object.entries(plannedStack(item).Members)) {
        const kind = kinds.find((k) => id.startsWith(`${k.name}:`));
        const now = await kind?.read(api, { ...item, id, kind: kind.name, snapshot });
        if (now !== undefined) Members[id] = now;
      }
      return stateOf(stack, await readDefinition(api, stack.StackId), Members);
    },

    identity: (snapshot) => (snapshot as PlannedStack).StackId,

    gone: 'CloudFormation knows no such stack any more',

    async remove(api, [item]) {
      const { StackId } = plannedStack(item);
      const stack = await api.stack(StackId);
      if (!stack) return;
      if (stack.Status !== 'DELETE_IN_PROGRESS') await api.deleteStack(StackId);
      await untilDeleted(api, stack);
    },

    undo: stackUndo,
  };
}

async function untilDeleted(api: AwsAccountApi, { StackId, StackName }: StackState): Promise<void> {
  for (const delay of POLLS) {
    const stack = await api.stack(StackId);
    if (!stack) return;
    if (stack.Status === 'DELETE_FAILED') {
      const failures = await api.deletionFailures(StackId);
      throw new AwsRefusal(
        'blocked',
        'StackDeleteFailed',
        `CloudFormation could not delete the stack ${StackName}: ${failures.join('; ') || 'it tells no resource'}; mend that and retry, or have ` +
          'its owner delete it with --retain-resources',
      );
    }
    await sleep(delay);
  }
  throw new AwsRefusal('retry', 'StackDeleting', `CloudFormation is still deleting the stack ${StackName}`);
}

function stateOf(stack: StackState, Definition: ReadDefinition, Members: PlannedStack['Members']): PlannedStack {
  const { StackId, StackName, Resources, GeneratedNames } = stack;
  return { StackId, StackName, Resources, GeneratedNames, Definition, Members };
}

type There = Extract<StackView, { stack: object }>;

function toFinding({ stack, definition }: There, snapshot: AwsSnapshot, findings: readonly Finding[]): Finding[] {
  const { members, strangers, stage } = membersOf(stack, findings);
  if (members.length === 0 || strangers.length > 0 || stack.Parent !== null) return [];
  return [
    {
      kind: 'aws-cloudformation-stack',
      system: `aws:${snapshot.account}`,
      id: `aws-cloudformation-stack:${stack.StackId}`,
      title: `CloudFormation stack ${stack.StackName}`,
      phase: 'permissions',
      why: [`every resource in it is ours: ${members.map((m) => m.title).join(', ')}`],
      confidence: 'certain',
      risk: worst(members.map((m) => m.risk)),
      stage,
      snapshot: stateOf(stack, definition, Object.fromEntries(members.map((m) => [m.id, m.snapshot]))),
      provides: [],
      uses: [],
      takesAlong: members.map((m) => m.id).toSorted(),
      ...(stack.TerminationProtection ? { hold: terminationProtection(stack) } : {}),
    },
  ];
}

function terminationProtection({ StackId, StackName }: StackState) {
  const region = regionOf(StackId) ?? '';
  const words = ['aws', 'cloudformation', 'update-termination-protection', '--no-enable-termination-protection'];
  return {
    code: 'TerminationProtection',
    reason: `the stack ${StackName} is protected from deletion: its owner lifts that with \`${command(...words, '--stack-name', StackId, '--region', region)}\``,
  };
}
